// Generated from the types of the app server protocol. Do not edit.
import type { MemoryCitationEntry } from "./MemoryCitationEntry";

export type MemoryCitation = {
  entries: Array<MemoryCitationEntry>,
  threadIds: Array<string>,
};
