import type { Browser, LaunchOptions } from 'playwright';
import { inject } from 'vitest';
import { launchChromium, launchFirefox } from '../engines/find.ts';

/** The engine of this project: files that are for every engine run once in each, in a project of its own. */
export const engine = inject('engine');

export const launchEngine = (options?: LaunchOptions): Promise<Browser> =>
  engine === 'Chromium' ? launchChromium(options) : launchFirefox(options);
