// Generated from the types of the app server protocol. Do not edit.

/** How far context can be trusted. */
export type AdditionalContextKind =
  /** Not at all: somebody else may have written it. */
  | "untrusted"
  /** As the client itself. */
  | "application";
