// Generated from the types of the app server protocol. Do not edit.
import type { ThreadItem } from "./ThreadItem";
import type { TurnError } from "./TurnError";
import type { TurnItemsView } from "./TurnItemsView";
import type { TurnStatus } from "./TurnStatus";

/** What follows from one input of the user, until the model has nothing more to do. */
export type Turn = {
  /** Its id, a UUIDv7. */
  id: string,
  /** The turn that it is a part of; its own id otherwise. */
  rootTurnId: string | null,
  /** Its items, as far as `itemsView` says. */
  items: Array<ThreadItem>,
  /** How many of its items are there. */
  itemsView: TurnItemsView,
  /** Whether it runs, and how it ended. */
  status: TurnStatus,
  /** Why it failed; `null` unless it did. */
  error: TurnError | null,
  /** When it began, in Unix seconds. */
  startedAt: number | null,
  /** When it ended, in Unix seconds. */
  completedAt: number | null,
  /** How long it took, in milliseconds; `null` until it is over. */
  durationMs: number | null,
};
