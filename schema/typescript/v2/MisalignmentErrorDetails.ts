// Generated from the types of the app server protocol. Do not edit.
import type { MisalignmentSteer } from "./MisalignmentSteer";

/** Why the vendor's moderation stopped a turn. */
export type MisalignmentErrorDetails = {
  /** What it objected to. */
  errorType: string | null,
  /** Its reasons. */
  detailedExplanation: string | null,
  /** What to tell the model. */
  steer: MisalignmentSteer | null,
  /** What it looked at. */
  reviewTarget?: string | null,
};
