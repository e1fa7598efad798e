/** Chromium as its users have it: turns features back on that Playwright turns off. */
export const asShipped = {
  ignoreDefaultArgs: [
    '--disable-back-forward-cache',
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
  ],
};
