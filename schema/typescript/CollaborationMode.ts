// Generated from the types of the app server protocol. Do not edit.
import type { ModeKind } from "./ModeKind";
import type { Settings } from "./Settings";

export type CollaborationMode = {
  mode: ModeKind,
  settings: Settings,
};
