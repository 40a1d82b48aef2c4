// Generated from the types of the app server protocol. Do not edit.
import type { ConfigLayerSource } from "./ConfigLayerSource";
import type { JsonValue } from "../serde_json/JsonValue";

/** One source of configuration. */
export type ConfigLayer = {
  /** Which source. */
  name: ConfigLayerSource,
  /** A hash of its content, to notice changes by. */
  version: string,
  /** What it says. */
  config: JsonValue,
  /** Why it does not count; absent when it does. */
  disabledReason?: string | null,
};
