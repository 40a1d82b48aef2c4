// Generated from the types of the app server protocol. Do not edit.

/** A place in a text file. */
export type TextPosition = {
  /** Line, counted from 1. */
  line: number,
  /** Column in characters, counted from 1. */
  column: number,
};
