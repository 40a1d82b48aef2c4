// Generated from the types of the app server protocol. Do not edit.
import type { RequestHeader } from "./RequestHeader";

/** Rules for the browser extension. */
export type BrowserUseExtensionRequirements = {
  /** Headers that it adds to requests. */
  requestHeaders: Array<RequestHeader> | null,
};
