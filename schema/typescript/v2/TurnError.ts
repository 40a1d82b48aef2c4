// Generated from the types of the app server protocol. Do not edit.
import type { CodexErrorInfo } from "./CodexErrorInfo";
import type { MisalignmentErrorDetails } from "./MisalignmentErrorDetails";

/** Why a turn failed. */
export type TurnError = {
  /** For the user. */
  message: string,
  /** The class of the failure, for programs. */
  codexErrorInfo: CodexErrorInfo | null,
  /** The cause, as far as it is known. */
  additionalDetails: string | null,
  /** Details, if the vendor's moderation stopped the turn. */
  misalignment: MisalignmentErrorDetails | null,
};
