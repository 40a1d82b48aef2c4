// Generated from the types of the app server protocol. Do not edit.
import type { ConfigWriteErrorCode } from "./ConfigWriteErrorCode";

/** `data` of [`INVALID_REQUEST`] when the configuration file is not written. */
export type ConfigWriteErrorData = {
  /** Why it is not written. */
  config_write_error_code: ConfigWriteErrorCode,
};
