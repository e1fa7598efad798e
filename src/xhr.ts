export { xhrTransport } from './connection/xhr-transport.js';
