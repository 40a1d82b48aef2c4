// Generated from the types of the app server protocol. Do not edit.
import type { ThreadSectionAppearance } from "./ThreadSectionAppearance";

/** A group that users put threads into. */
export type ThreadSection = {
  /** Its id. */
  id: string,
  /** Its name. */
  name: string,
  /** How to show it. */
  appearance: ThreadSectionAppearance | null,
};
