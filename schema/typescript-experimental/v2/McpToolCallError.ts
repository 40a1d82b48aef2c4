// Generated from the types of the app server protocol. Do not edit.

/** Why a call has no result. */
export type McpToolCallError = {
  /** For the user. */
  message: string,
};
