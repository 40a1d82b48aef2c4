// Generated from the types of the app server protocol. Do not edit.
import type { MemoryCitationEntry } from "./MemoryCitationEntry";

/** Where a message took facts from. */
export type MemoryCitation = {
  /** Stretches of files. */
  entries: Array<MemoryCitationEntry>,
  /** Other threads. */
  threadIds: Array<string>,
};
