// Generated from the types of the app server protocol. Do not edit.
import type { AccountRoutingOverride } from "./AccountRoutingOverride";

export type WorkspaceRouting = {
  chatgptAccountId: string,
  backendOrigin: string,
  accountRoutingOverride: AccountRoutingOverride,
};
