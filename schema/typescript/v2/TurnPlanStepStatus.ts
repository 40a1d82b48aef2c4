// Generated from the types of the app server protocol. Do not edit.

/** How far a step is. */
export type TurnPlanStepStatus = "pending" | "inProgress" | "completed";
