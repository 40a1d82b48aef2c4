// Generated from the types of the app server protocol. Do not edit.

export type GatewayAuth =
  | { mode: "none" }
  | {
    mode: "environmentVariable",
    envKey: string,
  }
  | {
    mode: "externallyConfigured",
    envKey: string | null,
  };
