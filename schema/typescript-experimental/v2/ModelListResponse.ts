// Generated from the types of the app server protocol. Do not edit.
import type { Model } from "./Model";

/** A page of models. */
export type ModelListResponse = {
  /** The models, best first; exactly one of all is the default. */
  data: Array<Model>,
  /** Where the next page begins, or `null` after the last. */
  nextCursor: string | null,
};
