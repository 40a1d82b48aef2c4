// Generated from the types of the app server protocol. Do not edit.
import type { ThreadUnreadPosition } from "./ThreadUnreadPosition";

/** How far the user has read. */
export type ThreadReadState = {
  /** Where the unread part begins; `null` when all is read. */
  firstUnread: ThreadUnreadPosition | null,
  /** Version of this state, to notice changes by. */
  revision: string,
};
