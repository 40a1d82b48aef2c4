// Generated from the types of the app server protocol. Do not edit.

/** How telemetry is encoded. */
export type OtelHttpProtocol = "binary" | "json";
