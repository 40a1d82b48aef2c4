// Generated from the types of the app server protocol. Do not edit.
import type { InputModality } from "../InputModality";
import type { ModelAccessPrograms } from "./ModelAccessPrograms";
import type { ModelAvailabilityNux } from "./ModelAvailabilityNux";
import type { ModelServiceTier } from "./ModelServiceTier";
import type { ModelUpgradeInfo } from "./ModelUpgradeInfo";
import type { MultiAgentVersion } from "./MultiAgentVersion";
import type { ReasoningEffortOption } from "./ReasoningEffortOption";

/** A model that a thread can use. */
export type Model = {
  /** Id of the entry. */
  id: string,
  /** Name to give for `model` in requests. */
  model: string,
  /** Name of the model that succeeds it. */
  upgrade: string | null,
  /** What to tell a user about the successor. */
  upgradeInfo: ModelUpgradeInfo | null,
  /** What to tell a user who can use it for the first time. */
  availabilityNux: ModelAvailabilityNux | null,
  /** Name for people. */
  displayName: string,
  /** What it is good for, in a sentence. */
  description: string,
  /** What it is made for, if for one thing. */
  modelSpecialty: string | null,
  /** Not for a picker. */
  hidden: boolean,
  /** The efforts it knows, the least first. */
  supportedReasoningEfforts: Array<ReasoningEffortOption>,
  /** The effort it uses when none is given. */
  defaultReasoningEffort: string,
  /** Kinds of input it takes. */
  inputModalities: Array<InputModality>,
  /** Whether `personality` makes a difference. */
  supportsPersonality: boolean,
  /** How it works with other agents. */
  multiAgentVersion: MultiAgentVersion | null,
  /** Further speeds, the older form of `serviceTiers`. */
  additionalSpeedTiers: Array<string>,
  /** Service tiers it can be used with. */
  serviceTiers: Array<ModelServiceTier>,
  /** The tier it uses when none is given. */
  defaultServiceTier: string | null,
  /** Access programs of the vendor that it is part of. */
  availableAccessPrograms: ModelAccessPrograms | null,
  /** Whether new threads use it. */
  isDefault: boolean,
};
