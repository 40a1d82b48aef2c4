// Generated from the types of the app server protocol. Do not edit.

/** A client, as it names itself. */
export type ClientInfo = {
  /** Name for programs. It becomes part of HTTP headers and must be fit for that. */
  name: string,
  /** Name for people. */
  title: string | null,
  /** Version of the client. */
  version: string,
};
