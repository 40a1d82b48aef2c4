// Generated from the types of the app server protocol. Do not edit.
import type { Config } from "./Config";
import type { ConfigLayer } from "./ConfigLayer";
import type { ConfigLayerMetadata } from "./ConfigLayerMetadata";

/** The configuration and where it comes from. */
export type ConfigReadResponse = {
  /** The values in force. */
  config: Config,
  /** For each key that is set, by its dotted path, the layer that set it. */
  origins: { [key in string]?: ConfigLayerMetadata },
  /** The layers, the strongest first; absent unless asked for. */
  layers?: Array<ConfigLayer> | null,
};
