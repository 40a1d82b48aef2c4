// Generated from the types of the app server protocol. Do not edit.
import type { JsonValue } from "../serde_json/JsonValue";

/** Usage statistics for the vendor. */
export type AnalyticsConfig = {
  /** Whether they are sent. */
  enabled: boolean | null,
} & { [key in string]?: JsonValue };
