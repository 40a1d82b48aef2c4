// Generated from the types of the app server protocol. Do not edit.

/** How much of tool results goes into telemetry. */
export type OtelToolResultLogConfig = {
  /** At most so many bytes of each. */
  max_bytes: number,
};
