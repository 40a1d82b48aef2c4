// Generated from the types of the app server protocol. Do not edit.

/** State of a repository. */
export type GitInfo = {
  /** Commit that was checked out. */
  sha: string | null,
  /** Branch that was checked out. */
  branch: string | null,
  /** Address of the remote `origin`. */
  originUrl: string | null,
};
