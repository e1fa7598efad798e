export default {
  mode: 'production',
  entry: { client: './client.ts', parser: './parser.ts' },
  module: { rules: [{ test: /\.ts$/, loader: 'ts-loader' }] },
};
