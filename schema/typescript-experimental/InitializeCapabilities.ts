// Generated from the types of the app server protocol. Do not edit.
import type { JsonValue } from "./serde_json/JsonValue";

export type InitializeCapabilities = {
  requiredHumanApproval?: boolean,
  explicitGatewayOauth?: boolean,
  experimentalApi: boolean,
  requestAttestation: boolean,
  mcpServerOpenaiFormElicitation?: boolean,
  optOutNotificationMethods?: Array<string> | null,
  extensions?: { [key in string]?: JsonValue } | null,
};
