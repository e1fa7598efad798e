import { configureStore } from '@reduxjs/toolkit';
import { Provider } from 'react-redux';
import { api, Price } from 'recipe:redux';
import { createElement, show } from './react.js';

const store = configureStore({
  reducer: { [api.reducerPath]: api.reducer },
  middleware: (getDefault) => getDefault().concat(api.middleware),
});
show(createElement(Provider, { store }, createElement(Price)));
