// Generated from the types of the app server protocol. Do not edit.

export type AutoCompactTokenLimitScope = "total" | "body_after_prefix";
