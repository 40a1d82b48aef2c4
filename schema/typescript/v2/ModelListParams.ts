// Generated from the types of the app server protocol. Do not edit.

/** Asks for the models of a provider. */
export type ModelListParams = {
  /** The provider; absent for the active one. */
  modelProvider?: string | null,
  /** Where to go on: `nextCursor` of the page before. Absent for the first page. */
  cursor?: string | null,
  /** How many entries at most; 0 counts as 1. The server may give fewer. */
  limit?: number | null,
  /** Also those that a picker does not show. */
  includeHidden?: boolean | null,
};
