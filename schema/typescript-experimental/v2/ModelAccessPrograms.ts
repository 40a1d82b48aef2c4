// Generated from the types of the app server protocol. Do not edit.
import type { CyberAccessProgram } from "./CyberAccessProgram";

/** Access programs of the vendor. */
export type ModelAccessPrograms = {
  /** Programs for security work. */
  cyber: Array<CyberAccessProgram>,
};
