/* global Response */
import { contract } from './contract.js';

export default {
  async fetch(request) {
    return Response.json(await contract(await request.json()));
  },
};
