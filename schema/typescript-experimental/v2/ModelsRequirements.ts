// Generated from the types of the app server protocol. Do not edit.
import type { NewThreadModelDefaults } from "./NewThreadModelDefaults";

export type ModelsRequirements = { newThread: NewThreadModelDefaults | null };
