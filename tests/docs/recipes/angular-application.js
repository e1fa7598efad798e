/* global document */
// Compiles components in the browser.
import '@angular/compiler';
import { provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';

/** Starts an application of one component, with zone.js if the page has loaded it. */
export async function start(component) {
  document.querySelector('main').append(document.createElement('app-price'));
  const isZoned = 'Zone' in globalThis;
  const providers = isZoned ? [] : [provideZonelessChangeDetection()];
  const application = await bootstrapApplication(component, { providers });
  globalThis.leave = () => application.destroy();
}
