// Generated from the types of the app server protocol. Do not edit.

/** Which end of a list comes first. */
export type SortDirection = "asc" | "desc";
