// Generated from the types of the app server protocol. Do not edit.
import type { AgentMessageDelivery } from "./AgentMessageDelivery";
import type { AgentMessageModeration } from "./AgentMessageModeration";
import type { AsyncUserInputQuestion } from "./AsyncUserInputQuestion";
import type { CollabAgentState } from "./CollabAgentState";
import type { CollabAgentTool } from "./CollabAgentTool";
import type { CollabAgentToolCallStatus } from "./CollabAgentToolCallStatus";
import type { CommandAction } from "./CommandAction";
import type { CommandExecutionSource } from "./CommandExecutionSource";
import type { CommandExecutionStatus } from "./CommandExecutionStatus";
import type { DynamicToolCallOutputContentItem } from "./DynamicToolCallOutputContentItem";
import type { DynamicToolCallStatus } from "./DynamicToolCallStatus";
import type { FileUpdateChange } from "./FileUpdateChange";
import type { FunctionCallOutputBody } from "../FunctionCallOutputBody";
import type { HookPromptFragment } from "./HookPromptFragment";
import type { ImageGenerationFailure } from "../ImageGenerationFailure";
import type { ImageGenerationInputImage } from "../ImageGenerationInputImage";
import type { McpAppUi } from "./McpAppUi";
import type { McpToolCallAppContext } from "./McpToolCallAppContext";
import type { McpToolCallError } from "./McpToolCallError";
import type { McpToolCallResult } from "./McpToolCallResult";
import type { McpToolCallStatus } from "./McpToolCallStatus";
import type { MemoryCitation } from "./MemoryCitation";
import type { MessagePhase } from "../MessagePhase";
import type { PatchApplyStatus } from "./PatchApplyStatus";
import type { SubAgentActivityKind } from "./SubAgentActivityKind";
import type { UserInput } from "./UserInput";
import type { WebSearchAction } from "../WebSearchAction";
import type { JsonValue } from "../serde_json/JsonValue";

/** One entry of a turn, as a client shows it. */
export type ThreadItem = {
  /** When it began, in Unix milliseconds; `null` if it is not known. */
  startedAtMs: number | null,
  /** When it was complete, in Unix milliseconds; `null` until it is. */
  completedAtMs: number | null,
} & (
    /** What the user said. */
    | {
      type: "userMessage",
      /** Id of the item. */
      id: string,
      /** The client's own id for it. */
      clientId: string | null,
      /** The parts, as they were given. */
      content: Array<UserInput>,
    }
    /** What hooks told the model. */
    | {
      type: "hookPrompt",
      /** Id of the item. */
      id: string,
      /** The parts, one for each hook. */
      fragments: Array<HookPromptFragment>,
    }
    /** What the model says to the user. */
    | {
      type: "agentMessage",
      /** What the vendor's moderation says about it. */
      moderation: AgentMessageModeration | null,
      /** Id of the item. */
      id: string,
      /** The text, in Markdown. Empty when the item begins. */
      text: string,
      /** Whether it is the answer or a remark on the way; `null` if the model does not say. */
      phase: MessagePhase | null,
      /** Where it took facts from. */
      memoryCitation: MemoryCitation | null,
      /** How it reaches the user, if in another way than usual. */
      delivery: AgentMessageDelivery | null,
      /** Questions to the user that need no answer at once. */
      questions: Array<AsyncUserInputQuestion> | null,
    }
    /** Output of a tool that the client gave along with a turn. */
    | {
      type: "functionCallOutput",
      /** Id of the item. */
      id: string,
      /** Name of the tool. */
      name: string,
      /** Group of the tool. */
      namespace: string | null,
      /** The output. */
      output: FunctionCallOutputBody,
    }
    /** A plan for the user to agree to. */
    | {
      type: "plan",
      /** Id of the item. */
      id: string,
      /** The plan, in Markdown. */
      text: string,
    }
    /** How the model thinks. */
    | {
      type: "reasoning",
      /** Id of the item. */
      id: string,
      /** What it says about its thinking, part by part. */
      summary: Array<string>,
      /** Its thinking itself, part by part, where the model server shows it. */
      content: Array<string>,
    }
    /** A command. */
    | {
      type: "commandExecution",
      /** Id of the item. */
      id: string,
      /** The vendor plugin it came from. */
      pluginId: string | null,
      /** The plugin's script that it runs. */
      scriptPath: string | null,
      /** The command line, quoted for a shell. */
      command: string,
      /** Its working directory, absolute. */
      cwd: string,
      /** Its id among the thread's processes; `null` if it takes no input. */
      processId: string | null,
      /** Who runs it. */
      source: CommandExecutionSource,
      /** How far it is. */
      status: CommandExecutionStatus,
      /** What it does, as far as it can be read from the command line. */
      commandActions: Array<CommandAction>,
      /** Its output, both streams together; `null` before the end, or when there is none. */
      aggregatedOutput: string | null,
      /** Its exit code; `null` until it has ended. */
      exitCode: number | null,
      /** How long it took, in milliseconds; `null` until it is over. */
      durationMs: number | null,
    }
    /** Changes to files. */
    | {
      type: "fileChange",
      /** Id of the item. */
      id: string,
      /** The changes, file by file. */
      changes: Array<FileUpdateChange>,
      /** How far they are. */
      status: PatchApplyStatus,
    }
    /** A call of a tool of an MCP server. */
    | {
      type: "mcpToolCall",
      /** Id of the item. */
      id: string,
      /** The server. */
      server: string,
      /** The tool. */
      tool: string,
      /** How far it is. */
      status: McpToolCallStatus,
      /** What it is called with. */
      arguments: JsonValue,
      /** The vendor's connector behind the tool. */
      appContext: McpToolCallAppContext | null,
      /** The older form of `mcpAppUi`. */
      mcpAppResourceUri?: string | null,
      /** A view of its own that the tool brings along. */
      mcpAppUi: McpAppUi | null,
      /** The vendor plugin it came from. */
      pluginId: string | null,
      /** Whether the tool says that it only reads. */
      readOnlyHint: boolean | null,
      /** What it returned; also when the tool says that it failed. */
      result: McpToolCallResult | null,
      /** Why there is no result. */
      error: McpToolCallError | null,
      /** How long it took, in milliseconds; `null` until it is over. */
      durationMs: number | null,
    }
    /** A call of a tool that the client carries out. */
    | {
      type: "dynamicToolCall",
      /** Id of the item. */
      id: string,
      /** Group of the tool. */
      namespace: string | null,
      /** The tool. */
      tool: string,
      /** What it is called with. */
      arguments: JsonValue,
      /** How far it is. */
      status: DynamicToolCallStatus,
      /** What the client returned. */
      contentItems: Array<DynamicToolCallOutputContentItem> | null,
      /** Whether the client says that it worked. */
      success: boolean | null,
      /** How long it took, in milliseconds; `null` until it is over. */
      durationMs: number | null,
    }
    /** A call of a tool by which the model works with other agents. */
    | {
      type: "collabAgentToolCall",
      /** Id of the item. */
      id: string,
      /** The tool. */
      tool: CollabAgentTool,
      /** How far it is. */
      status: CollabAgentToolCallStatus,
      /** The thread that calls. */
      senderThreadId: string,
      /** The threads of the other agents. */
      receiverThreadIds: Array<string>,
      /** What they are told. */
      prompt: string | null,
      /** The model they use. */
      model: string | null,
      /** How much it thinks. */
      reasoningEffort: string | null,
      /** How far each of them is, by thread. */
      agentsStates: { [key in string]?: CollabAgentState },
    }
    /** Something another agent did. */
    | {
      type: "subAgentActivity",
      /** The model it uses. */
      model: string | null,
      /** How much it thinks. */
      reasoningEffort: string | null,
      /** Id of the item. */
      id: string,
      /** What happened. */
      kind: SubAgentActivityKind,
      /** Its thread. */
      agentThreadId: string,
      /** Its place among the agents. */
      agentPath: string,
    }
    /** A search of the web, or a look at a page. */
    | {
      type: "webSearch",
      /** What exactly; `null` until it is known. */
      action: WebSearchAction | null,
      /** Id of the item. */
      id: string,
      /** What was searched for. */
      query: string,
      /** What was found, as far as the model server tells. */
      results: Array<JsonValue> | null,
    }
    /** The model looks at an image file. */
    | {
      type: "imageView",
      /** Id of the item. */
      id: string,
      /** Path of the file. */
      path: string,
    }
    /** The model waits. */
    | {
      type: "sleep",
      /** How long, in milliseconds. */
      durationMs: number,
      /** Id of the item. */
      id: string,
    }
    /** An image that the model made. */
    | {
      type: "imageGeneration",
      /** Why there is none. */
      failure: ImageGenerationFailure | null,
      /** Id of its making. */
      generationId: string | null,
      /** Id of the item. */
      id: string,
      /** Images it was made from. */
      inputImages: Array<ImageGenerationInputImage>,
      /** The description that it was made after in the end. */
      revisedPrompt: string | null,
      /** Path of the file it is stored in. */
      savedPath: string | null,
      /** How far it is, in the model server's words. */
      status: string,
      /** Whether its background is transparent. */
      transparentBackground: boolean | null,
    } & (
        /** The image itself. */
        | {
          /** The image in base64; empty until it is made. */
          result: string,
        }
        /** On the model server. */
        | {
          /** Its id there. */
          fileId: string,
        })
    /** A review begins. */
    | {
      type: "enteredReviewMode",
      /** Id of the item. */
      id: string,
      /** What is reviewed. */
      review: string,
    }
    /** A review is over. */
    | {
      type: "exitedReviewMode",
      /** Id of the item. */
      id: string,
      /** What it found. */
      review: string,
    }
    /** The history was compacted. */
    | {
      type: "contextCompaction",
      /** Id of the item. */
      id: string,
    });
