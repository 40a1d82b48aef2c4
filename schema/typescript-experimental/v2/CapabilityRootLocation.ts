// Generated from the types of the app server protocol. Do not edit.

export type CapabilityRootLocation = {
    type: "environment",
    environmentId: string,
    path: string,
  };
