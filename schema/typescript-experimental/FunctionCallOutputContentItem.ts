// Generated from the types of the app server protocol. Do not edit.
import type { ImageDetail } from "./ImageDetail";

export type FunctionCallOutputContentItem =
  | {
    type: "input_text",
    text: string,
  }
  | {
    type: "input_image",
    detail?: ImageDetail | null,
  } & ({ image_url: string } | { file_id: string })
  | { type: "input_audio" } & ({ audio_url: string } | { file_id: string })
  | {
    type: "encrypted_content",
    encrypted_content: string,
  };
