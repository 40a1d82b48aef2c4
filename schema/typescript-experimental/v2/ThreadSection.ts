// Generated from the types of the app server protocol. Do not edit.
import type { ThreadSectionAppearance } from "./ThreadSectionAppearance";

export type ThreadSection = {
  id: string,
  name: string,
  appearance: ThreadSectionAppearance | null,
};
