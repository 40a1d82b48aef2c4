// Generated from the types of the app server protocol. Do not edit.
import type { NetworkAccess } from "./NetworkAccess";

export type SandboxPolicy =
  | { type: "dangerFullAccess" }
  | {
    type: "readOnly",
    networkAccess: boolean,
  }
  | {
    type: "externalSandbox",
    networkAccess: NetworkAccess,
  }
  | {
    type: "workspaceWrite",
    writableRoots: Array<string>,
    networkAccess: boolean,
    excludeTmpdirEnvVar: boolean,
    excludeSlashTmp: boolean,
  };
