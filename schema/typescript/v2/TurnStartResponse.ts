// Generated from the types of the app server protocol. Do not edit.
import type { Turn } from "./Turn";

/** The turn that takes the input. */
export type TurnStartResponse = {
  /** The new turn, or the running one that the input joins. */
  turn: Turn,
};
