// Generated from the types of the app server protocol. Do not edit.

/** One working directory or several. */
export type ThreadListCwdFilter =
  /** This one. */
  | string
  /** Any of these. */
  | Array<string>;
