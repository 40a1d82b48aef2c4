// Generated from the types of the app server protocol. Do not edit.
import type { ProviderSettings } from "./ProviderSettings";

export type ModelProviderSummary = {
  id: string,
  name: string,
  canEdit: boolean,
  baseUrl: string | null,
  settings: ProviderSettings,
};
