// Generated from the types of the app server protocol. Do not edit.

/** The permission profile in force. */
export type ActivePermissionProfile = {
  /** Its id. */
  id: string,
  /** The profile it builds on. */
  extends: string | null,
};
