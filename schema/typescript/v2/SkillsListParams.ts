// Generated from the types of the app server protocol. Do not edit.

/** Asks for the skills of some folders. */
export type SkillsListParams = {
  /** The folders; absent or empty for the server's working directory. */
  cwds?: Array<string>,
  /** Look at the disk again, whatever is remembered. */
  forceReload?: boolean,
};
