// Generated from the types of the app server protocol. Do not edit.

/** A stretch of a text, in bytes of its UTF-8 form. */
export type ByteRange = {
  /** Its first byte. */
  start: number,
  /** The byte after its last. */
  end: number,
};
