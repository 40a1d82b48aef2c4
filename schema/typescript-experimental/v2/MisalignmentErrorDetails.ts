// Generated from the types of the app server protocol. Do not edit.
import type { MisalignmentSteer } from "./MisalignmentSteer";

export type MisalignmentErrorDetails = {
  errorType: string | null,
  detailedExplanation: string | null,
  steer: MisalignmentSteer | null,
  reviewTarget?: string | null,
};
