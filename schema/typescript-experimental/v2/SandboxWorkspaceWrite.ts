// Generated from the types of the app server protocol. Do not edit.

/** Details of the mode `workspace-write`. */
export type SandboxWorkspaceWrite = {
  /** Folders that may be written besides the working directory. */
  writable_roots: Array<string>,
  /** Whether commands may use the network. */
  network_access: boolean,
  /** Do not let commands write to `$TMPDIR`. */
  exclude_tmpdir_env_var: boolean,
  /** Do not let commands write to `/tmp`. */
  exclude_slash_tmp: boolean,
};
