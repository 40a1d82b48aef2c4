// Generated from the types of the app server protocol. Do not edit.

export type DynamicToolCallOutputContentItem =
  | {
    type: "inputText",
    text: string,
  }
  | {
    type: "inputImage",
    imageUrl: string,
  }
  | {
    type: "inputAudio",
    audioUrl: string,
  };
