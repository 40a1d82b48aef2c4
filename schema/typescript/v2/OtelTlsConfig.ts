// Generated from the types of the app server protocol. Do not edit.

export type OtelTlsConfig = {
  "ca-certificate": string | null,
  "client-certificate": string | null,
  "client-private-key": string | null,
};
