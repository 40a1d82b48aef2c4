// Generated from the types of the app server protocol. Do not edit.

/** A part of what a tool of the client returned. */
export type DynamicToolCallOutputContentItem =
  /** Text. */
  | {
    type: "inputText",
    /** The text. */
    text: string,
  }
  /** An image. */
  | {
    type: "inputImage",
    /** Its address, or a `data:` URL. */
    imageUrl: string,
  }
  /** Sound. */
  | {
    type: "inputAudio",
    /** Its address, or a `data:` URL. */
    audioUrl: string,
  };
