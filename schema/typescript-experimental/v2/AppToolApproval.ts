// Generated from the types of the app server protocol. Do not edit.

/** When a tool of a connector needs an approval. */
export type AppToolApproval = "auto" | "prompt" | "writes" | "approve";
