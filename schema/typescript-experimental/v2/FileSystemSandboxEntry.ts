// Generated from the types of the app server protocol. Do not edit.
import type { FileSystemAccessMode } from "./FileSystemAccessMode";
import type { FileSystemPath } from "./FileSystemPath";

/** A path and what may be done with it. */
export type FileSystemSandboxEntry = {
  /** The path. */
  path: FileSystemPath,
  /** What may be done. */
  access: FileSystemAccessMode,
};
