// Generated from the types of the app server protocol. Do not edit.
import type { AdditionalContextKind } from "./AdditionalContextKind";

/** Something that a client knows beyond the user's words. */
export type AdditionalContextEntry = {
  /** The text for the model. */
  value: string,
  /** How far it can be trusted. */
  kind: AdditionalContextKind,
  /** A name for the model to refer to it by. */
  name?: string | null,
};
