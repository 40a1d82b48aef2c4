// Generated from the types of the app server protocol. Do not edit.
import type { ModeKind } from "./ModeKind";
import type { Settings } from "./Settings";

/** How user and model work together. */
export type CollaborationMode = {
  /** The mode. */
  mode: ModeKind,
  /** Settings that hold in this mode. */
  settings: Settings,
};
