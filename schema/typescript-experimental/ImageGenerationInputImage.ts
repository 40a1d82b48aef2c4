// Generated from the types of the app server protocol. Do not edit.

export type ImageGenerationInputImage = {
  path: string,
  sha256: string,
};
