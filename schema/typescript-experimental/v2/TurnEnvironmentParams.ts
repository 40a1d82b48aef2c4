// Generated from the types of the app server protocol. Do not edit.

export type TurnEnvironmentParams = {
  environmentId: string,
  cwd: string,
  runtimeWorkspaceRoots?: Array<string> | null,
};
