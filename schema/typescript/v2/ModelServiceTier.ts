// Generated from the types of the app server protocol. Do not edit.

/** A service tier of a model. */
export type ModelServiceTier = {
  /** Its name in requests. */
  id: string,
  /** Name for people. */
  name: string,
  /** What it means, in a sentence. */
  description: string,
};
