declare module 'virtual:replay-table' {
  const table: Readonly<Record<string, Readonly<Record<'vanilla' | 'react' | 'vue', string>>>>;
  export default table;
}
