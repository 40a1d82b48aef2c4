// Generated from the types of the app server protocol. Do not edit.

/** A path that depends on machine or thread. */
export type FileSystemSpecialPath =
  /** The whole file system. */
  | { kind: "root" }
  /** What programs need to run at all. */
  | { kind: "minimal" }
  /** The folders of the workspace. */
  | {
    kind: "project_roots",
    /** A path in each of them. */
    subpath: string | null,
  }
  /** The folder that `$TMPDIR` names. */
  | { kind: "tmpdir" }
  /** The folder `/tmp`. */
  | { kind: "slash_tmp" }
  /** A word of a later version. */
  | {
    kind: "unknown",
    /** The word. */
    path: string,
    /** A path below it. */
    subpath: string | null,
  };
