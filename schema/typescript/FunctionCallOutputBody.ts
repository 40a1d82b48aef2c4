// Generated from the types of the app server protocol. Do not edit.
import type { FunctionCallOutputContentItem } from "./FunctionCallOutputContentItem";

export type FunctionCallOutputBody = string | Array<FunctionCallOutputContentItem>;
