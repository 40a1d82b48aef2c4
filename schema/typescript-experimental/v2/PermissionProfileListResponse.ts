// Generated from the types of the app server protocol. Do not edit.
import type { PermissionProfileSummary } from "./PermissionProfileSummary";

export type PermissionProfileListResponse = {
  data: Array<PermissionProfileSummary>,
  nextCursor: string | null,
};
