// Generated from the types of the app server protocol. Do not edit.

export type PatchChangeKind =
  | { type: "add" }
  | { type: "delete" }
  | {
    type: "update",
    move_path: string | null,
  };
