// Generated from the types of the app server protocol. Do not edit.
import type { ModelProviderSummary } from "./ModelProviderSummary";

export type ModelProviderListResponse = {
  data: Array<ModelProviderSummary>,
  defaultProviderId: string,
  canChangeDefault: boolean,
};
