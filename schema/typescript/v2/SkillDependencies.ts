// Generated from the types of the app server protocol. Do not edit.
import type { SkillToolDependency } from "./SkillToolDependency";

export type SkillDependencies = { tools: Array<SkillToolDependency> };
