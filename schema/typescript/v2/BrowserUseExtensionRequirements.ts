// Generated from the types of the app server protocol. Do not edit.
import type { RequestHeader } from "./RequestHeader";

export type BrowserUseExtensionRequirements = { requestHeaders: Array<RequestHeader> | null };
