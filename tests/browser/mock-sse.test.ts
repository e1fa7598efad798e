import { describeDoubles } from '../doubles.ts';

describeDoubles();
