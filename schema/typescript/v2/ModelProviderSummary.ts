// Generated from the types of the app server protocol. Do not edit.
import type { ProviderSettings } from "./ProviderSettings";

/** A provider of models. */
export type ModelProviderSummary = {
  /** Its id in requests and in the configuration. */
  id: string,
  /** Name for people. */
  name: string,
  /** Whether its settings can be changed. */
  canEdit: boolean,
  /** Address of its server. */
  baseUrl: string | null,
  /** Settings by kind of provider. */
  settings: ProviderSettings,
};
