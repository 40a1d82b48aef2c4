// Generated from the types of the app server protocol. Do not edit.

/** How requests to a model server are authorized. */
export type GatewayAuth =
  /** Not at all. */
  | { mode: "none" }
  /** By a key in the environment. */
  | {
    mode: "environmentVariable",
    /** Name of the variable. */
    envKey: string,
  }
  /** By something in the configuration that is not shown. */
  | {
    mode: "externallyConfigured",
    /** Name of a variable that it reads. */
    envKey: string | null,
  };
