// Generated from the types of the app server protocol. Do not edit.

/** A stretch of a file. */
export type MemoryCitationEntry = {
  /** Path of the file. */
  path: string,
  /** Its first line, counted from 1. */
  lineStart: number,
  /** Its last line. */
  lineEnd: number,
  /** What was taken from it. */
  note: string,
};
