// Generated from the types of the app server protocol. Do not edit.
import type { ConfigLayerSource } from "./ConfigLayerSource";
import type { JsonValue } from "../serde_json/JsonValue";

export type ConfigLayer = {
  name: ConfigLayerSource,
  version: string,
  config: JsonValue,
  disabledReason?: string | null,
};
