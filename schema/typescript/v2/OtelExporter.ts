// Generated from the types of the app server protocol. Do not edit.
import type { OtelHttpProtocol } from "./OtelHttpProtocol";
import type { OtelTlsConfig } from "./OtelTlsConfig";

/** Where telemetry goes. */
export type OtelExporter =
  /** Nowhere. */
  | "none"
  /** To the vendor's collector. */
  | "statsig"
  /** To a collector over HTTP. */
  | {
    "otlp-http": {
      /** Its address. */
      endpoint: string,
      /** Headers of each request. */
      headers: { [key in string]?: string },
      /** How the data is encoded. */
      protocol: OtelHttpProtocol,
      /** Certificates to use. */
      tls: OtelTlsConfig | null,
    },
  }
  /** To a collector over gRPC. */
  | {
    "otlp-grpc": {
      /** Its address. */
      endpoint: string,
      /** Metadata of each call. */
      headers: { [key in string]?: string },
      /** Certificates to use. */
      tls: OtelTlsConfig | null,
    },
  };
