// Generated from the types of the app server protocol. Do not edit.
import type { ConfiguredHookMatcherGroup } from "./ConfiguredHookMatcherGroup";

/** Hooks that an administrator adds, by the event that runs them. */
export type ManagedHooksRequirements = {
  /** Before the model is asked. */
  PreModelRequest: Array<ConfiguredHookMatcherGroup>,
  /** After the model has answered. */
  PostModelRequest: Array<ConfiguredHookMatcherGroup>,
  /** Folder that the hooks' programs lie in. */
  managedDir: string | null,
  /** The same on Windows. */
  windowsManagedDir: string | null,
  /** Before a tool runs. */
  PreToolUse: Array<ConfiguredHookMatcherGroup>,
  /** When an approval is needed. */
  PermissionRequest: Array<ConfiguredHookMatcherGroup>,
  /** After a tool has run. */
  PostToolUse: Array<ConfiguredHookMatcherGroup>,
  /** Before the history is compacted. */
  PreCompact: Array<ConfiguredHookMatcherGroup>,
  /** After the history is compacted. */
  PostCompact: Array<ConfiguredHookMatcherGroup>,
  /** When a thread begins or is resumed. */
  SessionStart: Array<ConfiguredHookMatcherGroup>,
  /** When a thread leaves memory. */
  SessionEnd: Array<ConfiguredHookMatcherGroup>,
  /** When the user gives input. */
  UserPromptSubmit: Array<ConfiguredHookMatcherGroup>,
  /** When another agent begins. */
  SubagentStart: Array<ConfiguredHookMatcherGroup>,
  /** When another agent ends. */
  SubagentStop: Array<ConfiguredHookMatcherGroup>,
  /** When a turn ends by itself. */
  Stop: Array<ConfiguredHookMatcherGroup>,
  /** When a turn is interrupted. */
  Interrupt: Array<ConfiguredHookMatcherGroup>,
};
