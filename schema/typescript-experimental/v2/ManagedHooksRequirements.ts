// Generated from the types of the app server protocol. Do not edit.
import type { ConfiguredHookMatcherGroup } from "./ConfiguredHookMatcherGroup";

export type ManagedHooksRequirements = {
  PreModelRequest: Array<ConfiguredHookMatcherGroup>,
  PostModelRequest: Array<ConfiguredHookMatcherGroup>,
  managedDir: string | null,
  windowsManagedDir: string | null,
  PreToolUse: Array<ConfiguredHookMatcherGroup>,
  PermissionRequest: Array<ConfiguredHookMatcherGroup>,
  PostToolUse: Array<ConfiguredHookMatcherGroup>,
  PreCompact: Array<ConfiguredHookMatcherGroup>,
  PostCompact: Array<ConfiguredHookMatcherGroup>,
  SessionStart: Array<ConfiguredHookMatcherGroup>,
  SessionEnd: Array<ConfiguredHookMatcherGroup>,
  UserPromptSubmit: Array<ConfiguredHookMatcherGroup>,
  SubagentStart: Array<ConfiguredHookMatcherGroup>,
  SubagentStop: Array<ConfiguredHookMatcherGroup>,
  Stop: Array<ConfiguredHookMatcherGroup>,
  Interrupt: Array<ConfiguredHookMatcherGroup>,
};
