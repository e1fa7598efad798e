/** Reads what to build from a name such as `react-18-production`. */
export function readVariant(name) {
  const [framework, version, mode] = name.split('-');
  const aliases =
    version === 'latest'
      ? {}
      : Object.fromEntries(
          ['react-dom', 'react', 'vue'].map((name) => [
            name,
            `${import.meta.dirname}/node_modules/${name}-${version}`,
          ]),
        );
  return { entry: `./${framework}/main.js`, aliases, mode };
}
