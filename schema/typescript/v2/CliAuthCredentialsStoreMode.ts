// Generated from the types of the app server protocol. Do not edit.

/** Where credentials are kept. */
export type CliAuthCredentialsStoreMode = "file" | "keyring" | "auto" | "ephemeral";
