// Generated from the types of the app server protocol. Do not edit.

export type GitInfo = {
  sha: string | null,
  branch: string | null,
  originUrl: string | null,
};
