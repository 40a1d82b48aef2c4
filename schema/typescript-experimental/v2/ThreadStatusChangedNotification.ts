// Generated from the types of the app server protocol. Do not edit.
import type { ThreadStatus } from "./ThreadStatus";

export type ThreadStatusChangedNotification = {
  threadId: string,
  status: ThreadStatus,
};
