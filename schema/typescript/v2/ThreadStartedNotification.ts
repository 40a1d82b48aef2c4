// Generated from the types of the app server protocol. Do not edit.
import type { Thread } from "./Thread";

export type ThreadStartedNotification = { thread: Thread };
