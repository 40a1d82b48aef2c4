// Generated from the types of the app server protocol. Do not edit.
import type { AppsDefaultConfig } from "./AppsDefaultConfig";
import type { JsonValue } from "../serde_json/JsonValue";

export type AppsConfig = { _default: AppsDefaultConfig | null } & { [key in string]?: JsonValue };
