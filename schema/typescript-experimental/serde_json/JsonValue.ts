// Generated from the types of the app server protocol. Do not edit.

export type JsonValue = number | string | boolean | null | Array<JsonValue> | { [key in string]?: JsonValue };
