// Generated from the types of the app server protocol. Do not edit.
import type { FileSystemSpecialPath } from "./FileSystemSpecialPath";

export type FileSystemPath =
  | {
    type: "path",
    path: string,
  }
  | {
    type: "glob_pattern",
    pattern: string,
  }
  | {
    type: "special",
    value: FileSystemSpecialPath,
  };
