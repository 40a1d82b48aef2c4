// Generated from the types of the app server protocol. Do not edit.
import type { ConfigLayerSource } from "./ConfigLayerSource";

export type ConfigLayerMetadata = {
  name: ConfigLayerSource,
  version: string,
};
