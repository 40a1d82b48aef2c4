// Generated from the types of the app server protocol. Do not edit.
import type { SkillErrorInfo } from "./SkillErrorInfo";
import type { SkillMetadata } from "./SkillMetadata";

export type SkillsListEntry = {
  cwd: string,
  skills: Array<SkillMetadata>,
  errors: Array<SkillErrorInfo>,
};
