// Generated from the types of the app server protocol. Do not edit.

export type MessagePhase = "commentary" | "partial_answer" | "final_answer";
