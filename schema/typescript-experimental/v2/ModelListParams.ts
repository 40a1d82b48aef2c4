// Generated from the types of the app server protocol. Do not edit.

export type ModelListParams = {
  modelProvider?: string | null,
  cursor?: string | null,
  limit?: number | null,
  includeHidden?: boolean | null,
};
