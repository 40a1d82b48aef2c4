// Generated from the types of the app server protocol. Do not edit.
import type { FileSystemSpecialPath } from "./FileSystemSpecialPath";

/** A path, or several. */
export type FileSystemPath =
  /** One path and everything below it. */
  | {
    type: "path",
    /** Absolute path. */
    path: string,
  }
  /** All paths that match a pattern. */
  | {
    type: "glob_pattern",
    /** The pattern. */
    pattern: string,
  }
  /** A path that depends on machine or thread. */
  | {
    type: "special",
    /** Which one. */
    value: FileSystemSpecialPath,
  };
