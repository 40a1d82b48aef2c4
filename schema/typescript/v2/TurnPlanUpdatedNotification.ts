// Generated from the types of the app server protocol. Do not edit.
import type { TurnPlanStep } from "./TurnPlanStep";

/** The model has written or changed its plan. */
export type TurnPlanUpdatedNotification = {
  /** The thread. */
  threadId: string,
  /** The turn. */
  turnId: string,
  /** What the model says about it. */
  explanation: string | null,
  /** The whole plan. */
  plan: Array<TurnPlanStep>,
};
