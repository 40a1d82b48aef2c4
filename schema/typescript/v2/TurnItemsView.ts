// Generated from the types of the app server protocol. Do not edit.

/** How many items of a turn are there. */
export type TurnItemsView =
  /** None. */
  | "notLoaded"
  /** The first user message and the last agent message, as far as there are any. */
  | "summary"
  /** All. */
  | "full";
