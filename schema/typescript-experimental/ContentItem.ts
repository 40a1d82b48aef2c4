// Generated from the types of the app server protocol. Do not edit.
import type { ImageDetail } from "./ImageDetail";
import type { JsonValue } from "./serde_json/JsonValue";

export type ContentItem =
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
    type: "output_text",
    text: string,
    annotations?: Array<JsonValue> | null,
    logprobs?: Array<JsonValue> | null,
  };
