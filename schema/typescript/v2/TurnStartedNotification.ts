// Generated from the types of the app server protocol. Do not edit.
import type { Turn } from "./Turn";

/** A turn has begun. */
export type TurnStartedNotification = {
  /** The thread. */
  threadId: string,
  /** The turn, without items. */
  turn: Turn,
};
