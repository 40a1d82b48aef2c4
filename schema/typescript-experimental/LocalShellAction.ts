// Generated from the types of the app server protocol. Do not edit.

export type LocalShellAction = {
    type: "exec",
    command: Array<string>,
    env: { [key in string]?: string } | null,
    timeout_ms: number | null,
    user: string | null,
    working_directory: string | null,
  };
