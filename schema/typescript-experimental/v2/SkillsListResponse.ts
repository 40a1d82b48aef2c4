// Generated from the types of the app server protocol. Do not edit.
import type { SkillsListEntry } from "./SkillsListEntry";

export type SkillsListResponse = { data: Array<SkillsListEntry> };
