// Generated from the types of the app server protocol. Do not edit.

/** A skill that cannot be read. */
export type SkillErrorInfo = {
  /** Path of its file. */
  path: string,
  /** What is wrong with it. */
  message: string,
};
