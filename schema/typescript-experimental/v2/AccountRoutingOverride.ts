// Generated from the types of the app server protocol. Do not edit.

/** A region that an account is bound to. */
export type AccountRoutingOverride = "NO_CONSTRAINT" | "us" | "us_cr";
