// Generated from the types of the app server protocol. Do not edit.

export type AccountRoutingOverride = "NO_CONSTRAINT" | "us" | "us_cr";
