// Generated from the types of the app server protocol. Do not edit.

export type SkillToolDependency = {
  type: string,
  value: string,
  description?: string | null,
  transport?: string | null,
  command?: string | null,
  url?: string | null,
};
