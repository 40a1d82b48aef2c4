// Generated from the types of the app server protocol. Do not edit.
import type { TurnPlanStepStatus } from "./TurnPlanStepStatus";

export type TurnPlanStep = {
  step: string,
  status: TurnPlanStepStatus,
};
