import { readVariant } from './variant.js';

export default ({ variant: name }) => {
  const { entry, aliases, mode } = readVariant(name);
  return {
    mode,
    entry: { main: entry },
    resolve: { alias: aliases },
    experiments: { outputModule: true },
    output: {
      path: `${import.meta.dirname}/dist/webpack-${name}`,
      module: true,
      filename: 'main.js',
      chunkFilename: '[name].js',
    },
    performance: { hints: false },
  };
};
