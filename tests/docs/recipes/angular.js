import 'zone.js';
import { start } from './angular-application.js';
import { Price } from './angular-price.js';

await start(Price);
