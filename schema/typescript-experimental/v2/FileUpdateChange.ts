// Generated from the types of the app server protocol. Do not edit.
import type { PatchChangeKind } from "./PatchChangeKind";

export type FileUpdateChange = {
  path: string,
  kind: PatchChangeKind,
  diff: string,
};
