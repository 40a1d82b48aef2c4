// Generated from the types of the app server protocol. Do not edit.
import type { AdditionalContextKind } from "./AdditionalContextKind";

export type AdditionalContextEntry = {
  value: string,
  kind: AdditionalContextKind,
  name?: string | null,
};
