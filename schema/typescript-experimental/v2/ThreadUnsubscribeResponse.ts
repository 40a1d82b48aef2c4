// Generated from the types of the app server protocol. Do not edit.
import type { ThreadUnsubscribeStatus } from "./ThreadUnsubscribeStatus";

export type ThreadUnsubscribeResponse = { status: ThreadUnsubscribeStatus };
