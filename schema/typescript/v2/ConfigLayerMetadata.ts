// Generated from the types of the app server protocol. Do not edit.
import type { ConfigLayerSource } from "./ConfigLayerSource";

/** Points to a source of configuration. */
export type ConfigLayerMetadata = {
  /** Which source. */
  name: ConfigLayerSource,
  /** A hash of its content, to notice changes by. */
  version: string,
};
