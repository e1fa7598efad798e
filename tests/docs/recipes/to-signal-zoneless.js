import { start } from './angular-application.js';
import { Price } from 'recipe:to-signal';

await start(Price);
