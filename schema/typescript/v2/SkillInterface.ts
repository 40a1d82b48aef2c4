// Generated from the types of the app server protocol. Do not edit.

/** How to show a skill. */
export type SkillInterface = {
  /** Name for people. */
  displayName: string | null,
  /** What it does, for people. */
  shortDescription: string | null,
  /** Path of a small icon. */
  iconSmall: string | null,
  /** Path of a large icon. */
  iconLarge: string | null,
  /** Address of a small icon. */
  iconSmallUrl: string | null,
  /** Address of a large icon. */
  iconLargeUrl: string | null,
  /** Colour to show it with. */
  brandColor: string | null,
  /** A message that uses it. */
  defaultPrompt: string | null,
};
