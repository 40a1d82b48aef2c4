// Generated from the types of the app server protocol. Do not edit.
import type { AdditionalFileSystemPermissions } from "./AdditionalFileSystemPermissions";
import type { AdditionalNetworkPermissions } from "./AdditionalNetworkPermissions";

export type AdditionalPermissionProfile = {
  network: AdditionalNetworkPermissions | null,
  fileSystem: AdditionalFileSystemPermissions | null,
};
