import Koa from 'koa';
import compress from 'koa-compress';

const { callback } = Koa.prototype;
Koa.prototype.callback = function () {
  this.middleware.unshift(compress({ threshold: 0, filter: () => true }));
  return callback.call(this);
};
await import('./server.js');
