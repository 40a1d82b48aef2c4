// Generated from the types of the app server protocol. Do not edit.
import type { ByteRange } from "./ByteRange";

/** A stretch of text that stands for something else, such as a file that was dropped there. */
export type TextElement = {
  /** Which stretch. */
  byteRange: ByteRange,
  /** What to show in its place. */
  placeholder: string | null,
};
