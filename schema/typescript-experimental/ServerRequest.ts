// Generated from the types of the app server protocol. Do not edit.
import type { CommandExecutionRequestApprovalParams } from "./v2/CommandExecutionRequestApprovalParams";
import type { FileChangeRequestApprovalParams } from "./v2/FileChangeRequestApprovalParams";
import type { RequestId } from "./RequestId";

export type ServerRequest =
  | { "method": "item/commandExecution/requestApproval", id: RequestId, "params": CommandExecutionRequestApprovalParams }
  | { "method": "item/fileChange/requestApproval", id: RequestId, "params": FileChangeRequestApprovalParams };
