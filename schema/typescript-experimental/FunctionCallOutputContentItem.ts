// Generated from the types of the app server protocol. Do not edit.
import type { ImageDetail } from "./ImageDetail";

/** A part of a tool's output. */
export type FunctionCallOutputContentItem =
  /** Text. */
  | {
    type: "input_text",
    /** The text. */
    text: string,
  }
  /** An image. */
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
  /** Sound. */
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
  /** Content that only the model server can read. */
  | {
    type: "encrypted_content",
    /** Content that only the model server can read. */
    encrypted_content: string,
  };
