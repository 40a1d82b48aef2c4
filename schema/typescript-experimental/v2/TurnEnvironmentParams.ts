// Generated from the types of the app server protocol. Do not edit.

/** A place where commands are to run. */
export type TurnEnvironmentParams = {
  /** Its id. */
  environmentId: string,
  /** Working directory there. */
  cwd: string,
  /** Folders that belong to the workspace besides the working directory. */
  runtimeWorkspaceRoots?: Array<string> | null,
};
