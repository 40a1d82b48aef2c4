// Generated from the types of the app server protocol. Do not edit.

/** What kind of change. */
export type PatchChangeKind =
  /** The file is new. */
  | { type: "add" }
  /** The file goes away. */
  | { type: "delete" }
  /** The file has another content, and perhaps another path. */
  | {
    type: "update",
    /** Its new path, if it moves. */
    move_path: string | null,
  };
