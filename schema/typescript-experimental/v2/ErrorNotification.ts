// Generated from the types of the app server protocol. Do not edit.
import type { TurnError } from "./TurnError";

/** Something went wrong in a turn. */
export type ErrorNotification = {
  /** What. */
  error: TurnError,
  /** Whether the server tries again by itself. If not, the turn has failed. */
  willRetry: boolean,
  /** The thread. */
  threadId: string,
  /** The turn. */
  turnId: string,
};
