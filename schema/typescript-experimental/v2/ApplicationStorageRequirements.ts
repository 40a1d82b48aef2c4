// Generated from the types of the app server protocol. Do not edit.

/** Where the vendor's app keeps projects. */
export type ApplicationStorageRequirements = {
  /** Folder for new projects. */
  defaultProjectParent: string | null,
  /** Folder for work without a project. */
  projectlessWorkspaceRoot: string | null,
};
