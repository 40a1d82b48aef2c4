// Generated from the types of the app server protocol. Do not edit.
import type { ThreadUnreadPosition } from "./ThreadUnreadPosition";

export type ThreadReadState = {
  firstUnread: ThreadUnreadPosition | null,
  revision: string,
};
