// Generated from the types of the app server protocol. Do not edit.
import type { AdditionalFileSystemPermissions } from "./AdditionalFileSystemPermissions";
import type { AdditionalNetworkPermissions } from "./AdditionalNetworkPermissions";

/** Permissions that a command asks for beyond those in force. */
export type AdditionalPermissionProfile = {
  /** In the network. */
  network: AdditionalNetworkPermissions | null,
  /** In the file system. */
  fileSystem: AdditionalFileSystemPermissions | null,
};
