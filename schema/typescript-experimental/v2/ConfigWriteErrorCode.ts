// Generated from the types of the app server protocol. Do not edit.

/** Why the configuration file is not written. */
export type ConfigWriteErrorCode =
  /** The file named in the request is not the user's own configuration. */
  | "configLayerReadonly"
  /** The file has changed since the version named in the request. */
  | "configVersionConflict"
  /** The key or the value does not fit the configuration. */
  | "configValidationError"
  /** There is nothing at the key. */
  | "configPathNotFound"
  /** No such key is known. */
  | "configSchemaUnknownKey"
  /** There is no file of the user's own. */
  | "userLayerNotFound";
