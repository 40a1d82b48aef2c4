// Generated from the types of the app server protocol. Do not edit.
import type { Turn } from "./Turn";

/** A turn is over. Sent exactly once for each. */
export type TurnCompletedNotification = {
  /** The thread. */
  threadId: string,
  /** The turn, of its items only the last agent message. */
  turn: Turn,
};
