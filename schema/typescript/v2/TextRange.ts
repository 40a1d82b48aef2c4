// Generated from the types of the app server protocol. Do not edit.
import type { TextPosition } from "./TextPosition";

export type TextRange = {
  start: TextPosition,
  end: TextPosition,
};
