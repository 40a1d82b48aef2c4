// Generated from the types of the app server protocol. Do not edit.
import type { ImageDetail } from "./ImageDetail";
import type { JsonValue } from "./serde_json/JsonValue";

/** A part of a message. */
export type ContentItem =
  /** Text for the model. */
  | {
    type: "input_text",
    /** The text. */
    text: string,
  }
  /** An image for the model. */
  | {
    type: "input_image",
    /** How closely the model looks at it. */
    detail?: ImageDetail | null,
  } & (
      /** At an address. */
      | {
        /** The address; a `data:` URL holds the image itself. */
        image_url: string,
      }
      /** On the model server. */
      | {
        /** Its id there. */
        file_id: string,
      })
  /** Sound for the model. */
  | { type: "input_audio" } & (
      /** At an address. */
      | {
        /** The address; a `data:` URL holds the sound itself. */
        audio_url: string,
      }
      /** On the model server. */
      | {
        /** Its id there. */
        file_id: string,
      })
  /** Text of the model. */
  | {
    type: "output_text",
    /** The text. */
    text: string,
    /** Notes on stretches of it, such as sources. */
    annotations?: Array<JsonValue> | null,
    /** Probabilities of its tokens. */
    logprobs?: Array<JsonValue> | null,
  };
