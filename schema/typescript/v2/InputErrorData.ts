// Generated from the types of the app server protocol. Do not edit.
import type { InputErrorCode } from "./InputErrorCode";

/** `data` of [`INVALID_PARAMS`] when the text of a turn's input is too long. */
export type InputErrorData = {
  /** Which limit was hit. */
  input_error_code: InputErrorCode,
  /** The limit, in characters. */
  max_chars: number,
  /** What came, in characters. */
  actual_chars: number,
};
