// Generated from the types of the app server protocol. Do not edit.

export type ApplicationStorageRequirements = {
  defaultProjectParent: string | null,
  projectlessWorkspaceRoot: string | null,
};
