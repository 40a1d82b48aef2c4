// Generated from the types of the app server protocol. Do not edit.
import type { NonSteerableTurnKind } from "./NonSteerableTurnKind";
import type { JsonValue } from "../serde_json/JsonValue";

/** The class of a failure. Values of later versions are read as they are. */
export type CodexErrorInfo =
  /** The history is longer than the model can read. */
  | "contextWindowExceeded"
  /** The session has used up its budget. */
  | "sessionBudgetExceeded"
  /** The account has used up its allowance. */
  | "usageLimitExceeded"
  /** Too many requests in a short time. */
  | "rateLimitExceeded"
  /** The cheap service tier has no room. */
  | "flexUnavailable"
  /** The model server is overloaded. */
  | "serverOverloaded"
  /** The model server does not know the model. */
  | "modelNotFound"
  /** The model server has no room that policy allows to use. */
  | "policyCapacityUnavailable"
  /** A hook has refused the request to the model. */
  | "inferenceHookDenied"
  /** The vendor's rules on security work stopped it. */
  | "cyberPolicy"
  /** The vendor's moderation stopped it. */
  | "misalignmentPolicyViolation"
  /** Too many approvals were refused. */
  | "tooManyDenials"
  /** The request to the model server failed. */
  | {
    httpConnectionFailed: {
      /** Status of the HTTP answer, if there was one. */
      httpStatusCode: number | null,
    },
  }
  /** The model server's answer did not begin. */
  | {
    responseStreamConnectionFailed: {
      /** Status of the HTTP answer, if there was one. */
      httpStatusCode: number | null,
    },
  }
  /** The model server's answer broke off. */
  | {
    responseStreamDisconnected: {
      /** Status of the HTTP answer, if there was one. */
      httpStatusCode: number | null,
    },
  }
  /** Every attempt failed. */
  | {
    responseTooManyFailedAttempts: {
      /** Status of the HTTP answer, if there was one. */
      httpStatusCode: number | null,
    },
  }
  /** The running turn takes no input. */
  | {
    activeTurnNotSteerable: {
      /** What kind of turn it is. */
      turnKind: NonSteerableTurnKind,
    },
  }
  /** The model server failed. */
  | "internalServerError"
  /** Credentials are missing or not accepted. */
  | "unauthorized"
  /** The model server does not understand the request. */
  | "badRequest"
  /** The history could not be cut back. */
  | "threadRollbackFailed"
  /** The sandbox failed. */
  | "sandboxError"
  /** Anything else; the message says more. */
  | "other"
  /** A class of a later version. */
  | string | { [key in string]?: JsonValue };
