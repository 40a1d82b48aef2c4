// Generated from the types of the app server protocol. Do not edit.
import type { ImageDetail } from "../ImageDetail";
import type { TextElement } from "./TextElement";

/** A part of what a user says. */
export type UserInput =
  /** Text. */
  | {
    type: "text",
    /** The text. */
    text: string,
    /** Stretches of it that stand for something else; the model does not see them. */
    text_elements: Array<TextElement>,
  }
  /** An image. */
  | {
    type: "image",
    /** How closely the model looks at it. */
    detail?: ImageDetail | null,
  } & (
      /** At an address. */
      | {
        /** The address; a `data:` URL holds the thing itself. */
        url: string,
      }
      /** On the model server. */
      | {
        /** Its id there. */
        fileId: string,
      })
  /** An image in a file on the server's machine. */
  | {
    type: "localImage",
    /** How closely the model looks at it. */
    detail?: ImageDetail | null,
    /** Path of the file. */
    path: string,
  }
  /** Sound. */
  | { type: "audio" } & (
      /** At an address. */
      | {
        /** The address; a `data:` URL holds the thing itself. */
        url: string,
      }
      /** On the model server. */
      | {
        /** Its id there. */
        fileId: string,
      })
  /** Sound in a file on the server's machine. */
  | {
    type: "localAudio",
    /** Path of the file. */
    path: string,
  }
  /** A skill to use. */
  | {
    type: "skill",
    /** Its name. */
    name: string,
    /** Path of its file. */
    path: string,
  }
  /** Something that the user refers to. */
  | {
    type: "mention",
    /** Its name. */
    name: string,
    /** Where it is: a path, or an address such as `app://…`. */
    path: string,
  };
