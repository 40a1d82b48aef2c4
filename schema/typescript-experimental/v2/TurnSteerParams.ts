// Generated from the types of the app server protocol. Do not edit.
import type { AdditionalContextEntry } from "./AdditionalContextEntry";
import type { UserInput } from "./UserInput";

/** Input for the running turn. */
export type TurnSteerParams = {
  /** The thread. */
  threadId: string,
  /** The client's own id for this input; it comes back as `clientId` of the item. */
  clientUserMessageId?: string | null,
  /** What the user says. Must not be empty. */
  input: Array<UserInput>,
  /** Metadata for the vendor's model server. */
  responsesapiClientMetadata?: { [key in string]?: string } | null,
  /** Changes to that metadata. */
  responsesapiClientMetadataPatch?: { [key in string]?: string } | null,
  /** What the client knows beyond the user's words, by name. */
  additionalContext?: { [key in string]?: AdditionalContextEntry } | null,
  /** The turn that the client takes for the running one. If another runs, the request fails. */
  expectedTurnId: string,
};
