// Generated from the types of the app server protocol. Do not edit.
import type { TextRange } from "./TextRange";

export type ConfigWarningNotification = {
  summary: string,
  details: string | null,
  path?: string | null,
  range?: TextRange | null,
};
