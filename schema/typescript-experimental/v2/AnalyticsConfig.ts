// Generated from the types of the app server protocol. Do not edit.
import type { JsonValue } from "../serde_json/JsonValue";

export type AnalyticsConfig = { enabled: boolean | null } & { [key in string]?: JsonValue };
