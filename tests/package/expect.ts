/** What the contract's cases use of Vitest, for runtimes that its runner doesn't run in. */
import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';
import * as chai from 'chai';

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

export const expect = Object.assign((value: unknown) => chai.expect(value), chai.expect);
export const vi = {};
export const describe = (): void => undefined;
export const test = describe;
