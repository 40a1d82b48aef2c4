// Generated from the types of the app server protocol. Do not edit.
import type { Account } from "./Account";
import type { WorkspaceRouting } from "./WorkspaceRouting";

/** Who is logged in, and whether that matters. */
export type GetAccountResponse = {
  /** The account, or `null`; always `null` when the active model provider needs none. */
  account: Account | null,
  /** The vendor's id of the user. */
  userId: string | null,
  /** Whether the active model provider needs this login. */
  requiresOpenaiAuth: boolean,
  /** Where the vendor serves this account from. */
  workspaceRouting: WorkspaceRouting | null,
};
