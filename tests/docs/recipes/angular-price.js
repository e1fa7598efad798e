import { Component } from '@angular/core';
import { injectPrice } from 'recipe:angular';

export const Price = Component({ selector: 'app-price', template: '<p>{{ price() }}</p>' })(
  class {
    price = injectPrice().price;
  },
);
