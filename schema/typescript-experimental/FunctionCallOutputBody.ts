// Generated from the types of the app server protocol. Do not edit.
import type { FunctionCallOutputContentItem } from "./FunctionCallOutputContentItem";

/** Output of a tool: one text, or several parts. */
export type FunctionCallOutputBody =
  /** One text. */
  | string
  /** Several parts. */
  | Array<FunctionCallOutputContentItem>;
