// Generated from the types of the app server protocol. Do not edit.
import type { TurnError } from "./TurnError";

export type ErrorNotification = {
  error: TurnError,
  willRetry: boolean,
  threadId: string,
  turnId: string,
};
