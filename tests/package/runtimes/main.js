/* global console, process */
import { contract } from './contract.js';

// The process ends by itself only if nothing is left behind.
console.log(JSON.stringify(await contract(JSON.parse(process.argv[2]))));
