// Generated from the types of the app server protocol. Do not edit.

/**
 * Names one request among those its sender still waits for: a string or a whole number.
 *
 * The answer carries it back with the same JSON type.
 */
export type RequestId =
  /** A text of the sender's choice. */
  | string
  /** A whole number of 64 bits, negative ones included. */
  | number;
