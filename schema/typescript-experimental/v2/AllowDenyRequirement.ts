// Generated from the types of the app server protocol. Do not edit.

/** Yes or no. */
export type AllowDenyRequirement = "allow" | "deny";
