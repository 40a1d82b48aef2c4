// Generated from the types of the app server protocol. Do not edit.
import type { TurnPlanStepStatus } from "./TurnPlanStepStatus";

/** A step of a plan. */
export type TurnPlanStep = {
  /** What is to be done. */
  step: string,
  /** How far it is. */
  status: TurnPlanStepStatus,
};
