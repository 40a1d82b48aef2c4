// Generated from the types of the app server protocol. Do not edit.
import type { CyberAccessProgram } from "./CyberAccessProgram";

export type ModelAccessPrograms = { cyber: Array<CyberAccessProgram> };
