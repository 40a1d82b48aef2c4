// Generated from the types of the app server protocol. Do not edit.

/** Asks for the providers. There is nothing to say. */
export type ModelProviderListParams = Record<string, never>;
