// Generated from the types of the app server protocol. Do not edit.
import type { ConfiguredHookHandler } from "./ConfiguredHookHandler";

export type ConfiguredHookMatcherGroup = {
  matcher: string | null,
  hooks: Array<ConfiguredHookHandler>,
};
