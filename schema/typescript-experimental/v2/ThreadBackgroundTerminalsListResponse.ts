// Generated from the types of the app server protocol. Do not edit.
import type { ThreadBackgroundTerminal } from "./ThreadBackgroundTerminal";

export type ThreadBackgroundTerminalsListResponse = {
  data: Array<ThreadBackgroundTerminal>,
  nextCursor: string | null,
};
