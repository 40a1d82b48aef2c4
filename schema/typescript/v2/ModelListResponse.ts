// Generated from the types of the app server protocol. Do not edit.
import type { Model } from "./Model";

export type ModelListResponse = {
  data: Array<Model>,
  nextCursor: string | null,
};
