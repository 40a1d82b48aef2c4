// Generated from the types of the app server protocol. Do not edit.
import type { AppsDefaultConfig } from "./AppsDefaultConfig";
import type { JsonValue } from "../serde_json/JsonValue";

/** Connectors to the vendor's apps. */
export type AppsConfig = {
  /** What holds for those without an entry. */
  _default: AppsDefaultConfig | null,
} & { [key in string]?: JsonValue };
