// Generated from the types of the app server protocol. Do not edit.

export type SkillInterface = {
  displayName: string | null,
  shortDescription: string | null,
  iconSmall: string | null,
  iconLarge: string | null,
  iconSmallUrl: string | null,
  iconLargeUrl: string | null,
  brandColor: string | null,
  defaultPrompt: string | null,
};
