// Generated from the types of the app server protocol. Do not edit.

export type ThreadEnvironment = {
  environmentId: string,
  cwd: string,
  runtimeWorkspaceRoots: Array<string>,
};
