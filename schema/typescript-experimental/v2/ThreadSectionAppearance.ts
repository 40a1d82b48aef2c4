// Generated from the types of the app server protocol. Do not edit.

/** How to show a section. */
export type ThreadSectionAppearance = {
  /** Name of an icon. */
  icon: string | null,
  /** Name of a colour. */
  color: string | null,
};
