// Generated from the types of the app server protocol. Do not edit.

export type ActivePermissionProfile = {
  id: string,
  extends: string | null,
};
