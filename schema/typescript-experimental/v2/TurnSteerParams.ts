// Generated from the types of the app server protocol. Do not edit.
import type { AdditionalContextEntry } from "./AdditionalContextEntry";
import type { UserInput } from "./UserInput";

export type TurnSteerParams = {
  threadId: string,
  clientUserMessageId?: string | null,
  input: Array<UserInput>,
  responsesapiClientMetadata?: { [key in string]?: string } | null,
  responsesapiClientMetadataPatch?: { [key in string]?: string } | null,
  additionalContext?: { [key in string]?: AdditionalContextEntry } | null,
  expectedTurnId: string,
};
