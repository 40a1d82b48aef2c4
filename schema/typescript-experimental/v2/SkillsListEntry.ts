// Generated from the types of the app server protocol. Do not edit.
import type { SkillErrorInfo } from "./SkillErrorInfo";
import type { SkillMetadata } from "./SkillMetadata";

/** The skills of one folder. */
export type SkillsListEntry = {
  /** The folder. */
  cwd: string,
  /** The skills that can be used there. */
  skills: Array<SkillMetadata>,
  /** Skills that cannot be read. */
  errors: Array<SkillErrorInfo>,
};
