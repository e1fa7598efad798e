/** Runs the contract in a process: the environment is its argument, the result its output. */
import process from 'node:process';
import { FetchEventSource } from 'ssekit';
import { runCases, type Environment } from '../contract.ts';

const environment = JSON.parse(process.argv[2] ?? '') as Environment;
console.log(JSON.stringify(await runCases(FetchEventSource, environment)));
process.exit();
