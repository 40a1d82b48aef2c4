// Generated from the types of the app server protocol. Do not edit.
import type { AccountRoutingOverride } from "./AccountRoutingOverride";

/** Where the vendor serves an account from. */
export type WorkspaceRouting = {
  /** The account. */
  chatgptAccountId: string,
  /** The origin of its services. */
  backendOrigin: string,
  /** A region that the account is bound to. */
  accountRoutingOverride: AccountRoutingOverride,
};
