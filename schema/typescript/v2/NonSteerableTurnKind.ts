// Generated from the types of the app server protocol. Do not edit.

/** A kind of turn that takes no input. */
export type NonSteerableTurnKind = "review" | "compact";
