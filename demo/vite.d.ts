declare module '*?raw' {
  const text: string;
  export default text;
}

interface ImportMeta {
  /** SOURCE is the address of the repository, in a build for the documentation's site. */
  readonly env: { readonly MODE: string; readonly SOURCE?: string };
}
