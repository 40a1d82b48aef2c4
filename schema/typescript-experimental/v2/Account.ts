// Generated from the types of the app server protocol. Do not edit.
import type { PlanType } from "../PlanType";

/** A login. */
export type Account =
  /** An API key. */
  | { type: "apiKey" }
  /** A ChatGPT account. */
  | {
    type: "chatgpt",
    /** Its e-mail address. */
    email: string | null,
    /** What it has subscribed to. */
    planType: PlanType,
    /** The workspace it is used in. */
    workspaceName: string | null,
  }
  /** Credentials for Amazon Bedrock. */
  | {
    type: "amazonBedrock",
    /** They are kept by this server and not by the AWS tools. */
    usesCodexManagedCredentials: boolean,
  }
  /** Credentials of Google Cloud. */
  | { type: "gcp" };
