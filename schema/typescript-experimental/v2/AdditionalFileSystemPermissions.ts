// Generated from the types of the app server protocol. Do not edit.
import type { FileSystemSandboxEntry } from "./FileSystemSandboxEntry";

export type AdditionalFileSystemPermissions = {
  read: Array<string> | null,
  write: Array<string> | null,
  globScanMaxDepth?: number | null,
  entries?: Array<FileSystemSandboxEntry> | null,
};
