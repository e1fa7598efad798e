export { miniprogramTransport, type MiniprogramRequest } from './connection/miniprogram-transport.js';
