// Generated from the types of the app server protocol. Do not edit.
import type { NetworkAccess } from "./NetworkAccess";

/** What commands may touch. */
export type SandboxPolicy =
  /** Everything. */
  | { type: "dangerFullAccess" }
  /** Read everything that is not protected, write nothing. */
  | {
    type: "readOnly",
    /** Whether commands may use the network. */
    networkAccess: boolean,
  }
  /** Everything: somebody else confines the server. */
  | {
    type: "externalSandbox",
    /** Whether the network can be reached. */
    networkAccess: NetworkAccess,
  }
  /** Also write below the working directory and in temporary folders. */
  | {
    type: "workspaceWrite",
    /** Further folders that may be written, absolute. */
    writableRoots: Array<string>,
    /** Whether commands may use the network. */
    networkAccess: boolean,
    /** Do not let commands write to `$TMPDIR`. */
    excludeTmpdirEnvVar: boolean,
    /** Do not let commands write to `/tmp`. */
    excludeSlashTmp: boolean,
  };
