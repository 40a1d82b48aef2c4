// Generated from the types of the app server protocol. Do not edit.
import type { AgentMessageInputContent } from "./AgentMessageInputContent";
import type { ConfigurationReasoning } from "./ConfigurationReasoning";
import type { ContentItem } from "./ContentItem";
import type { FunctionCallOutputBody } from "./FunctionCallOutputBody";
import type { InternalChatMessageMetadataPassthrough } from "./InternalChatMessageMetadataPassthrough";
import type { LocalShellAction } from "./LocalShellAction";
import type { LocalShellStatus } from "./LocalShellStatus";
import type { MessagePhase } from "./MessagePhase";
import type { ReasoningItemContent } from "./ReasoningItemContent";
import type { ReasoningItemReasoningSummary } from "./ReasoningItemReasoningSummary";
import type { ResponsesApiWebSearchAction } from "./v2/ResponsesApiWebSearchAction";
import type { JsonValue } from "./serde_json/JsonValue";

/** An item in the form that a model server reads and writes. */
export type ResponseItem =
  /** Tools that are offered from here on. */
  | {
    type: "additional_tools",
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** Who says so. */
    role: string,
    /** The tools. */
    tools: Array<JsonValue>,
  }
  /** A message. */
  | {
    type: "message",
    /** Content that only the model server can read. */
    encrypted_content?: string | null,
    /** How far it is. */
    status?: string | null,
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** Who says it. */
    role: string,
    /** Its parts. */
    content: Array<ContentItem>,
    /** Whether it is the answer or a remark on the way. */
    phase?: MessagePhase | null,
    /** Bookkeeping of the vendor that goes along with the item. */
    internal_chat_message_metadata_passthrough?: InternalChatMessageMetadataPassthrough | null,
  }
  /** A message of one agent to another. */
  | {
    type: "agent_message",
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** Who says it. */
    author: string,
    /** To whom. */
    recipient: string,
    /** Its parts. */
    content: Array<AgentMessageInputContent>,
    /** Bookkeeping of the vendor that goes along with the item. */
    internal_chat_message_metadata_passthrough?: InternalChatMessageMetadataPassthrough | null,
  }
  /** How the model thinks. */
  | {
    type: "reasoning",
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** What it says about its thinking. */
    summary: Array<ReasoningItemReasoningSummary>,
    /** Its thinking itself. */
    content?: Array<ReasoningItemContent> | null,
    /** Content that only the model server can read. */
    encrypted_content: string | null,
    /** Bookkeeping of the vendor that goes along with the item. */
    internal_chat_message_metadata_passthrough?: InternalChatMessageMetadataPassthrough | null,
  }
  /** A call of the built-in shell tool. */
  | {
    type: "local_shell_call",
    /** Content that only the model server can read. */
    encrypted_content?: string | null,
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** Joins a call with its output. */
    call_id: string | null,
    /** How far it is. */
    status: LocalShellStatus,
    /** What to run. */
    action: LocalShellAction,
    /** Bookkeeping of the vendor that goes along with the item. */
    internal_chat_message_metadata_passthrough?: InternalChatMessageMetadataPassthrough | null,
  }
  /** A call of a function tool. */
  | {
    type: "function_call",
    /** Content that only the model server can read. */
    encrypted_content?: string | null,
    /** How far it is. */
    status?: string | null,
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** The tool. */
    name: string,
    /** Group of the tool. */
    namespace?: string | null,
    /** What it is called with, as a JSON text. */
    arguments: string,
    /** Names of arguments that only the model server can read. */
    encrypted_function_args?: Array<string> | null,
    /** Joins a call with its output. */
    call_id: string,
    /** Bookkeeping of the vendor that goes along with the item. */
    internal_chat_message_metadata_passthrough?: InternalChatMessageMetadataPassthrough | null,
  }
  /** A search for tools. */
  | {
    type: "tool_search_call",
    /** Content that only the model server can read. */
    encrypted_content?: string | null,
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** Joins a call with its output. */
    call_id: string | null,
    /** How far it is. */
    status?: string | null,
    /** Who carries it out. */
    execution: string,
    /** What is searched for. */
    arguments: JsonValue,
    /** Bookkeeping of the vendor that goes along with the item. */
    internal_chat_message_metadata_passthrough?: InternalChatMessageMetadataPassthrough | null,
  }
  /** Output of a function tool. */
  | {
    type: "function_call_output",
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** Joins a call with its output. */
    call_id?: string | null,
    /** The tool. */
    name?: string | null,
    /** Group of the tool. */
    namespace?: string | null,
    /** The output. */
    output: FunctionCallOutputBody,
    /** Bookkeeping of the vendor that goes along with the item. */
    internal_chat_message_metadata_passthrough?: InternalChatMessageMetadataPassthrough | null,
  }
  /** A call of a tool that takes plain text. */
  | {
    type: "custom_tool_call",
    /** Content that only the model server can read. */
    encrypted_content?: string | null,
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** How far it is. */
    status?: string | null,
    /** Joins a call with its output. */
    call_id: string,
    /** The tool. */
    name: string,
    /** Group of the tool. */
    namespace?: string | null,
    /** The text. */
    input: string,
    /** Bookkeeping of the vendor that goes along with the item. */
    internal_chat_message_metadata_passthrough?: InternalChatMessageMetadataPassthrough | null,
  }
  /** Output of a tool that takes plain text. */
  | {
    type: "custom_tool_call_output",
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** Joins a call with its output. */
    call_id: string,
    /** The tool. */
    name?: string | null,
    /** The output. */
    output: FunctionCallOutputBody,
    /** Bookkeeping of the vendor that goes along with the item. */
    internal_chat_message_metadata_passthrough?: InternalChatMessageMetadataPassthrough | null,
  }
  /** What a search for tools has found. */
  | {
    type: "tool_search_output",
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** Joins a call with its output. */
    call_id: string | null,
    /** How far it is. */
    status: string,
    /** Who carried it out. */
    execution: string,
    /** The tools. */
    tools: Array<JsonValue>,
    /** Bookkeeping of the vendor that goes along with the item. */
    internal_chat_message_metadata_passthrough?: InternalChatMessageMetadataPassthrough | null,
  }
  /** A search of the web by the model server. */
  | {
    type: "web_search_call",
    /** Content that only the model server can read. */
    encrypted_content?: string | null,
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** How far it is. */
    status?: string | null,
    /** What exactly. */
    action?: ResponsesApiWebSearchAction | null,
    /** Bookkeeping of the vendor that goes along with the item. */
    internal_chat_message_metadata_passthrough?: InternalChatMessageMetadataPassthrough | null,
  }
  /** An image that the model server made. */
  | {
    type: "image_generation_call",
    /** Content that only the model server can read. */
    encrypted_content?: string | null,
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** How far it is. */
    status: string,
    /** The description that it was made after in the end. */
    revised_prompt?: string | null,
    /** The image in base64. */
    result: string,
    /** Bookkeeping of the vendor that goes along with the item. */
    internal_chat_message_metadata_passthrough?: InternalChatMessageMetadataPassthrough | null,
  }
  /** What the model server made of a longer history. */
  | {
    type: "compaction",
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** Content that only the model server can read. */
    encrypted_content: string,
    /** Bookkeeping of the vendor that goes along with the item. */
    internal_chat_message_metadata_passthrough?: InternalChatMessageMetadataPassthrough | null,
  }
  /** Settings that hold from here on. */
  | {
    type: "configuration_update",
    /** How much the model thinks. */
    reasoning: ConfigurationReasoning,
  }
  /** Asks the model server to compact. */
  | { type: "compaction_trigger" }
  /** What the model server made of a longer history, in its newer form. */
  | {
    type: "context_compaction",
    /** Id of the item, as the model server gave it. */
    id?: string | null,
    /** Content that only the model server can read. */
    encrypted_content?: string | null,
    /** Bookkeeping of the vendor that goes along with the item. */
    internal_chat_message_metadata_passthrough?: InternalChatMessageMetadataPassthrough | null,
  }
  /** An item of a later version. */
  | { type: "other" };
