// Generated from the types of the app server protocol. Do not edit.
import type { Account } from "./Account";
import type { WorkspaceRouting } from "./WorkspaceRouting";

export type GetAccountResponse = {
  account: Account | null,
  userId: string | null,
  requiresOpenaiAuth: boolean,
  workspaceRouting: WorkspaceRouting | null,
};
