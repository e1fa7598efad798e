/** Runs the contract in a worker that answers requests: each has the environment as its body. */
import { FetchEventSource } from 'ssekit';
import { runCases, type Environment } from '../contract.ts';

export default {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await runCases(FetchEventSource, (await request.json()) as Environment));
  },
};
