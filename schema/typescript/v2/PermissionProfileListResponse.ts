// Generated from the types of the app server protocol. Do not edit.
import type { PermissionProfileSummary } from "./PermissionProfileSummary";

/** A page of permission profiles. */
export type PermissionProfileListResponse = {
  /** Built-in ones, whose ids begin with a colon, and configured ones. */
  data: Array<PermissionProfileSummary>,
  /** Where the next page begins, or `null` after the last. */
  nextCursor: string | null,
};
