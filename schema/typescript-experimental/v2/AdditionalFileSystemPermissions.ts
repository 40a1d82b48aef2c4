// Generated from the types of the app server protocol. Do not edit.
import type { FileSystemSandboxEntry } from "./FileSystemSandboxEntry";

/** Permissions in the file system. */
export type AdditionalFileSystemPermissions = {
  /** Paths to read; the older form of `entries`. */
  read: Array<string> | null,
  /** Paths to write; the older form of `entries`. */
  write: Array<string> | null,
  /** How deep patterns are searched for. */
  globScanMaxDepth?: number | null,
  /** Paths and what to do with each. */
  entries?: Array<FileSystemSandboxEntry> | null,
};
