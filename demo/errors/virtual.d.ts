declare module 'virtual:error-entries' {
  type Entries = Readonly<Record<string, { readonly why: string; readonly cure: string }>>;
  const entries: { readonly en: Entries; readonly zh: Entries };
  export default entries;
}
