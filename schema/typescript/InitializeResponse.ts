// Generated from the types of the app server protocol. Do not edit.

/** What the server is. */
export type InitializeResponse = {
  /** Name and version of the server as it presents itself to model servers; `NAME/VERSION (OS; ARCH) …`. */
  userAgent: string,
  /** Absolute path of the server's home directory. */
  codexHome: string,
  /** `unix` or `windows`. */
  platformFamily: string,
  /** `linux`, `macos` or `windows`. */
  platformOs: string,
};
