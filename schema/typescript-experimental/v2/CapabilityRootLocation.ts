// Generated from the types of the app server protocol. Do not edit.

/** Where a folder of skills and plugins is. */
export type CapabilityRootLocation = {
    type: "environment",
    /** The environment. */
    environmentId: string,
    /** Path there. */
    path: string,
  };
