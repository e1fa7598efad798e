/** The same texts in another language. A missing one, or other parameters, don't compile. */
export type Translation<Texts> = {
  readonly [K in keyof Texts]: Texts[K] extends (...args: infer A) => string
    ? (...args: A) => string
    : string;
};
