export { mountDevtools, type Devtools, type DevtoolsOptions } from './devtools/mount.js';
