// Generated from the types of the app server protocol. Do not edit.

export type PermissionProfileSummary = {
  id: string,
  description: string | null,
  allowed: boolean,
};
