// Generated from the types of the app server protocol. Do not edit.
import type { ConfiguredHookHandler } from "./ConfiguredHookHandler";

/** Hooks that run under one condition. */
export type ConfiguredHookMatcherGroup = {
  /** Pattern that the name of the tool or event must match; `null` for all. */
  matcher: string | null,
  /** The hooks. */
  hooks: Array<ConfiguredHookHandler>,
};
