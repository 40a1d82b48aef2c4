// Generated from the types of the app server protocol. Do not edit.
import type { OverloadedErrorInfo } from "./OverloadedErrorInfo";

/** `data` of [`OVERLOADED`]. */
export type OverloadedErrorData = {
  /** The class of the failure, in the words that a failed turn uses too. */
  codexErrorInfo: OverloadedErrorInfo,
};
