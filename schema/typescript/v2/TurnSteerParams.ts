// Generated from the types of the app server protocol. Do not edit.
import type { UserInput } from "./UserInput";

export type TurnSteerParams = {
  threadId: string,
  clientUserMessageId?: string | null,
  input: Array<UserInput>,
  expectedTurnId: string,
};
