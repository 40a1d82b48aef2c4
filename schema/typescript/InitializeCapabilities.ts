// Generated from the types of the app server protocol. Do not edit.
import type { JsonValue } from "./serde_json/JsonValue";

/** What a client can do, fixed for the life of the connection. */
export type InitializeCapabilities = {
  /** The client shows approvals that only a human may answer. */
  requiredHumanApproval?: boolean,
  /** The client runs gateway logins itself, when the user asks for them. */
  explicitGatewayOauth?: boolean,
  /** The client wants experimental methods and fields. */
  experimentalApi: boolean,
  /** The client can attest to what it is, when asked by the vendor's services. */
  requestAttestation: boolean,
  /** The client can show the vendor's own forms when an MCP server asks something. */
  mcpServerOpenaiFormElicitation?: boolean,
  /** Notifications not to send to this connection, by their exact names. */
  optOutNotificationMethods?: Array<string> | null,
  /** Settings of extensions to the protocol, by name. */
  extensions?: { [key in string]?: JsonValue } | null,
};
