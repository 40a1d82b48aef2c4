// Generated from the types of the app server protocol. Do not edit.

export type PermissionProfileListParams = {
  cursor?: string | null,
  limit?: number | null,
  cwd?: string | null,
};
