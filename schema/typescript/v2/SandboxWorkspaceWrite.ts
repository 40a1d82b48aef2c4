// Generated from the types of the app server protocol. Do not edit.

export type SandboxWorkspaceWrite = {
  writable_roots: Array<string>,
  network_access: boolean,
  exclude_tmpdir_env_var: boolean,
  exclude_slash_tmp: boolean,
};
