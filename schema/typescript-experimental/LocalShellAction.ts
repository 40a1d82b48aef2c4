// Generated from the types of the app server protocol. Do not edit.

/** What the built-in shell tool is to do. */
export type LocalShellAction = {
    type: "exec",
    /** Program and arguments. */
    command: Array<string>,
    /** Variables of its environment. */
    env: { [key in string]?: string } | null,
    /** Milliseconds after which it is ended. */
    timeout_ms: number | null,
    /** User to run it as. */
    user: string | null,
    /** Its working directory. */
    working_directory: string | null,
  };
