// Generated from the types of the app server protocol. Do not edit.

export type SkillsListParams = {
  cwds?: Array<string>,
  forceReload?: boolean,
};
