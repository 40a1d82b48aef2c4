// Generated from the types of the app server protocol. Do not edit.
import type { TextRange } from "./TextRange";

/** Something is wrong with the configuration. */
export type ConfigWarningNotification = {
  /** What, in a sentence. */
  summary: string,
  /** What to do about it. */
  details: string | null,
  /** The file, if it is about one. */
  path?: string | null,
  /** The place in the file, if it is about one. */
  range?: TextRange | null,
};
