// Generated from the types of the app server protocol. Do not edit.
import type { PatchChangeKind } from "./PatchChangeKind";

/** Changes to one file. */
export type FileUpdateChange = {
  /** Path of the file before the change. */
  path: string,
  /** What kind of change. */
  kind: PatchChangeKind,
  /** The whole content of a file that is added or deleted; the hunks of a unified diff otherwise. */
  diff: string,
};
