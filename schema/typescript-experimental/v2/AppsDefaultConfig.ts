// Generated from the types of the app server protocol. Do not edit.
import type { AppToolApproval } from "./AppToolApproval";
import type { ApprovalsReviewer } from "./ApprovalsReviewer";

/** What holds for connectors without an entry. */
export type AppsDefaultConfig = {
  /** Whether they are on. */
  enabled: boolean,
  /** Who answers their approvals. */
  approvals_reviewer: ApprovalsReviewer | null,
  /** Whether tools that destroy may be called. */
  destructive_enabled: boolean,
  /** Whether tools that reach out into the world may be called. */
  open_world_enabled: boolean,
  /** When their tools need an approval. */
  default_tools_approval_mode: AppToolApproval | null,
};
