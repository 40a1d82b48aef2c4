// Generated from the types of the app server protocol. Do not edit.

/** How to show a view. */
export type McpAppDisplayMode = "inline" | "fullscreen";
