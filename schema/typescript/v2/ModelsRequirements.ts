// Generated from the types of the app server protocol. Do not edit.
import type { NewThreadModelDefaults } from "./NewThreadModelDefaults";

/** Rules for the choice of models. */
export type ModelsRequirements = {
  /** What new threads begin with. */
  newThread: NewThreadModelDefaults | null,
};
