// Generated from the types of the app server protocol. Do not edit.

/** Permissions in the network. */
export type AdditionalNetworkPermissions = {
  /** Whether to use it. */
  enabled: boolean | null,
};
