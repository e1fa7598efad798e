declare const CURE: unique symbol;

/** No value has this type. It exists to be read in a compile error. */
export interface Impossible<Cure extends string> {
  readonly [CURE]: Cure;
}
