// Generated from the types of the app server protocol. Do not edit.

/** A way by which a message reaches the user. */
export type AgentMessageDelivery = "async";
