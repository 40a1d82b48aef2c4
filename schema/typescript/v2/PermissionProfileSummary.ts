// Generated from the types of the app server protocol. Do not edit.

/** A permission profile. */
export type PermissionProfileSummary = {
  /** Its id in requests. */
  id: string,
  /** What it is for. */
  description: string | null,
  /** Whether the administrator allows it. */
  allowed: boolean,
};
