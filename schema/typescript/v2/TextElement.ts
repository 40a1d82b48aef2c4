// Generated from the types of the app server protocol. Do not edit.
import type { ByteRange } from "./ByteRange";

export type TextElement = {
  byteRange: ByteRange,
  placeholder: string | null,
};
