// Generated from the types of the app server protocol. Do not edit.

export type ThreadUnreadPosition =
  | { type: "threadStart" }
  | {
    type: "turn",
    turnId: string,
  };
