// Generated from the types of the app server protocol. Do not edit.

export type ThreadSectionAppearance = {
  icon: string | null,
  color: string | null,
};
