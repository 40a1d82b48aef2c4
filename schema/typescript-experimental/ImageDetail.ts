// Generated from the types of the app server protocol. Do not edit.

/** How closely a model looks at an image. */
export type ImageDetail = "auto" | "low" | "high" | "original";
