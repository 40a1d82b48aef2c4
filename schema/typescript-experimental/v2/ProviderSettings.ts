// Generated from the types of the app server protocol. Do not edit.
import type { GatewayAuth } from "./GatewayAuth";

/** Settings by kind of provider. */
export type ProviderSettings =
  /** The vendor's own servers. */
  | { type: "openai" }
  /** Any other server. */
  | {
    type: "customGateway",
    /** How requests to it are authorized. */
    auth: GatewayAuth,
  }
  /** Amazon Bedrock. */
  | {
    type: "bedrock",
    /** Profile of the AWS tools. */
    profile: string | null,
    /** Region. */
    region: string | null,
  }
  /** Google Cloud. */
  | {
    type: "gcp",
    /** Project. */
    projectId: string | null,
    /** Location. */
    location: string | null,
    /** File with the credentials. */
    credentialFile: string | null,
  };
