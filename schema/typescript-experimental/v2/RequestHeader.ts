// Generated from the types of the app server protocol. Do not edit.

/** A header of an HTTP request. */
export type RequestHeader = {
  /** Its name. */
  name: string,
  /** Its value. */
  value: string,
};
