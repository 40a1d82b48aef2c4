// Generated from the types of the app server protocol. Do not edit.

/** What a command does, as far as it can be read from the command line. */
export type CommandAction =
  /** Reads a file. */
  | {
    type: "read",
    /** The part of the command line. */
    command: string,
    /** Name of the file. */
    name: string,
    /** Its path, absolute. */
    path: string,
  }
  /** Lists files. */
  | {
    type: "listFiles",
    /** The part of the command line. */
    command: string,
    /** The folder; `null` for the working directory. */
    path: string | null,
  }
  /** Searches in files. */
  | {
    type: "search",
    /** The part of the command line. */
    command: string,
    /** What for. */
    query: string | null,
    /** Where; `null` for the working directory. */
    path: string | null,
  }
  /** Something else. */
  | {
    type: "unknown",
    /** The part of the command line. */
    command: string,
  };
