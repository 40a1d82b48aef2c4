// Generated from the types of the app server protocol. Do not edit.

/** A place where commands of a thread run. */
export type ThreadEnvironment = {
  /** Its id; `local` for the server's own machine. */
  environmentId: string,
  /** Working directory there. */
  cwd: string,
  /** Folders that belong to the workspace besides the working directory. */
  runtimeWorkspaceRoots: Array<string>,
};
