// Generated from the types of the app server protocol. Do not edit.
import type { ConfigReadParams } from "./v2/ConfigReadParams";
import type { GetAccountParams } from "./v2/GetAccountParams";
import type { InitializeParams } from "./InitializeParams";
import type { ModelListParams } from "./v2/ModelListParams";
import type { ModelProviderListParams } from "./v2/ModelProviderListParams";
import type { PermissionProfileListParams } from "./v2/PermissionProfileListParams";
import type { RequestId } from "./RequestId";
import type { SkillsListParams } from "./v2/SkillsListParams";
import type { ThreadBackgroundTerminalsListParams } from "./v2/ThreadBackgroundTerminalsListParams";
import type { ThreadListParams } from "./v2/ThreadListParams";
import type { ThreadLoadedListParams } from "./v2/ThreadLoadedListParams";
import type { ThreadReadParams } from "./v2/ThreadReadParams";
import type { ThreadResumeParams } from "./v2/ThreadResumeParams";
import type { ThreadSetNameParams } from "./v2/ThreadSetNameParams";
import type { ThreadStartParams } from "./v2/ThreadStartParams";
import type { ThreadUnsubscribeParams } from "./v2/ThreadUnsubscribeParams";
import type { TurnInterruptParams } from "./v2/TurnInterruptParams";
import type { TurnStartParams } from "./v2/TurnStartParams";
import type { TurnSteerParams } from "./v2/TurnSteerParams";

export type ClientRequest =
  | { "method": "initialize", id: RequestId, "params": InitializeParams }
  | { "method": "thread/start", id: RequestId, "params": ThreadStartParams }
  | { "method": "thread/resume", id: RequestId, "params": ThreadResumeParams }
  | { "method": "thread/read", id: RequestId, "params": ThreadReadParams }
  | { "method": "thread/list", id: RequestId, "params": ThreadListParams }
  | { "method": "thread/loaded/list", id: RequestId, "params": ThreadLoadedListParams }
  | { "method": "thread/unsubscribe", id: RequestId, "params": ThreadUnsubscribeParams }
  | { "method": "thread/name/set", id: RequestId, "params": ThreadSetNameParams }
  | { "method": "thread/backgroundTerminals/list", id: RequestId, "params": ThreadBackgroundTerminalsListParams }
  | { "method": "turn/start", id: RequestId, "params": TurnStartParams }
  | { "method": "turn/steer", id: RequestId, "params": TurnSteerParams }
  | { "method": "turn/interrupt", id: RequestId, "params": TurnInterruptParams }
  | { "method": "model/list", id: RequestId, "params": ModelListParams }
  | { "method": "modelProvider/list", id: RequestId, "params": ModelProviderListParams }
  | { "method": "permissionProfile/list", id: RequestId, "params": PermissionProfileListParams }
  | { "method": "skills/list", id: RequestId, "params": SkillsListParams }
  | { "method": "config/read", id: RequestId, "params": ConfigReadParams }
  | { "method": "configRequirements/read", id: RequestId, params: undefined }
  | { "method": "account/read", id: RequestId, "params": GetAccountParams };
