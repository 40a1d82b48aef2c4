// Generated from the types of the app server protocol. Do not edit.
import type { Turn } from "./Turn";

export type TurnStartedNotification = {
  threadId: string,
  turn: Turn,
};
