// Generated from the types of the app server protocol. Do not edit.

/** Bookkeeping of the vendor that goes along with an item. */
export type InternalChatMessageMetadataPassthrough = {
  /** The turn. */
  turn_id?: string | null,
};
