// Generated from the types of the app server protocol. Do not edit.
import type { ModelProviderSummary } from "./ModelProviderSummary";

/** The providers. */
export type ModelProviderListResponse = {
  /** Built-in and configured ones. */
  data: Array<ModelProviderSummary>,
  /** The one that new threads use. */
  defaultProviderId: string,
  /** Whether the user may choose another. */
  canChangeDefault: boolean,
};
