// Generated from the types of the app server protocol. Do not edit.
import type { FunctionCallOutputBody } from "../FunctionCallOutputBody";

export type TurnToolOutput = {
  name: string,
  namespace: string | null,
  output: FunctionCallOutputBody,
  retain?: boolean,
};
