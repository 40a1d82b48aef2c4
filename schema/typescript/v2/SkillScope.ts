// Generated from the types of the app server protocol. Do not edit.

/** Whose a skill is. */
export type SkillScope =
  /** The user's. */
  | "user"
  /** The repository's. */
  | "repo"
  /** Built in. */
  | "system"
  /** The administrator's. */
  | "admin";
