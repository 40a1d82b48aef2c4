// Generated from the types of the app server protocol. Do not edit.
import type { JsonValue } from "../serde_json/JsonValue";

/** The `error` member of an answer. */
export type JSONRPCErrorError = {
  /** One of the codes in `error_code`. */
  code: number,
  /** What went wrong and what to do about it, for a person. */
  message: string,
  /** What a program can branch on; left out when there is nothing. */
  data?: JsonValue,
};
