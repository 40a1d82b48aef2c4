// Generated from the types of the app server protocol. Do not edit.
import type { TextPosition } from "./TextPosition";

/** A stretch of a text file. */
export type TextRange = {
  /** Where it begins. */
  start: TextPosition,
  /** Where it ends; this position is no longer part of it. */
  end: TextPosition,
};
