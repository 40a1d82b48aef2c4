// Generated from the types of the app server protocol. Do not edit.

/** Settings that hold in a mode. */
export type Settings = {
  /** The model. */
  model: string,
  /** How much it thinks; `null` for its default. */
  reasoning_effort: string | null,
  /** Instructions for this mode; `null` for the built-in ones. */
  developer_instructions: string | null,
};
