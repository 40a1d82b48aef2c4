// Generated from the types of the app server protocol. Do not edit.

export type Settings = {
  model: string,
  reasoning_effort: string | null,
  developer_instructions: string | null,
};
