// Generated from the types of the app server protocol. Do not edit.

/** The one value of [`OverloadedErrorData`]. */
export type OverloadedErrorInfo = "server_overloaded";
