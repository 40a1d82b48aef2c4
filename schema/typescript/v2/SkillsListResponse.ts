// Generated from the types of the app server protocol. Do not edit.
import type { SkillsListEntry } from "./SkillsListEntry";

/** The skills, by folder. */
export type SkillsListResponse = {
  /** One entry for each folder. */
  data: Array<SkillsListEntry>,
};
