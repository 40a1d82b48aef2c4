// Generated from the types of the app server protocol. Do not edit.
import type { TurnPlanStep } from "./TurnPlanStep";

export type TurnPlanUpdatedNotification = {
  threadId: string,
  turnId: string,
  explanation: string | null,
  plan: Array<TurnPlanStep>,
};
