import 'zone.js';
import { start } from './angular-application.js';
import { Price } from 'recipe:to-signal';

await start(Price);
