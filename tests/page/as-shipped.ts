/** Chromium as its users have it: what Playwright switches off is switched on again. */
export const asShipped = {
  ignoreDefaultArgs: [
    '--disable-back-forward-cache',
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
  ],
};
