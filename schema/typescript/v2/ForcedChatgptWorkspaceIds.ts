// Generated from the types of the app server protocol. Do not edit.

/** One workspace or several. */
export type ForcedChatgptWorkspaceIds =
  /** The one workspace. */
  | string
  /** Any of these. */
  | Array<string>;
