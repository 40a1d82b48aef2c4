// Generated from the types of the app server protocol. Do not edit.
import type { FunctionCallOutputBody } from "../FunctionCallOutputBody";

/** Output of a tool that a client ran by itself. */
export type TurnToolOutput = {
  /** Name of the tool. */
  name: string,
  /** Group of the tool. */
  namespace: string | null,
  /** The output. */
  output: FunctionCallOutputBody,
  /** Keep it in the history for later turns. */
  retain?: boolean,
};
