// Generated from the types of the app server protocol. Do not edit.

/** An image that another one was made from. */
export type ImageGenerationInputImage = {
  /** Path of its file. */
  path: string,
  /** Hash of its content. */
  sha256: string,
};
