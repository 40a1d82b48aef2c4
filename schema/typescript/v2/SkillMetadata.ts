// Generated from the types of the app server protocol. Do not edit.
import type { SkillDependencies } from "./SkillDependencies";
import type { SkillInterface } from "./SkillInterface";
import type { SkillScope } from "./SkillScope";

/** A skill. */
export type SkillMetadata = {
  /** Its name. */
  name: string,
  /** When to use it, for the model. */
  description: string,
  /** What it does, for people; the older form of the one in `interface`. */
  shortDescription?: string | null,
  /** How to show it. */
  interface?: SkillInterface | null,
  /** What it needs. */
  dependencies?: SkillDependencies | null,
  /** Path of its file, absolute. */
  path: string,
  /** Whose it is. */
  scope: SkillScope,
  /** Whether it is on. */
  enabled: boolean,
  /** The vendor plugin it came from. */
  pluginId: string | null,
};
