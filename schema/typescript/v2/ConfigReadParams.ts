// Generated from the types of the app server protocol. Do not edit.

/** Asks for the configuration. */
export type ConfigReadParams = {
  /** Also give the layers it is merged from. */
  includeLayers?: boolean,
  /** Folder whose project configuration counts as well. */
  cwd?: string | null,
};
