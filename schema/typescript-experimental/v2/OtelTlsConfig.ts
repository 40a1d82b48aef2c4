// Generated from the types of the app server protocol. Do not edit.

/** Certificates for a collector. */
export type OtelTlsConfig = {
  /** File with the authority to trust. */
  "ca-certificate": string | null,
  /** File with the certificate to show. */
  "client-certificate": string | null,
  /** File with its private key. */
  "client-private-key": string | null,
};
