/** A window with its constructors, passed in so that tests can open several. */
export type Browser = Window & typeof globalThis;
