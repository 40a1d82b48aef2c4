// Generated from the types of the app server protocol. Do not edit.
import type { ThreadUnsubscribeStatus } from "./ThreadUnsubscribeStatus";

/** What became of the subscription. */
export type ThreadUnsubscribeResponse = {
  /** Whether there was one. */
  status: ThreadUnsubscribeStatus,
};
