// Generated from the types of the app server protocol. Do not edit.
import type { SortDirection } from "./SortDirection";
import type { TurnItemsView } from "./TurnItemsView";

/** Which page of turns to give. */
export type ThreadResumeInitialTurnsPageParams = {
  /** How many turns at most. */
  limit?: number | null,
  /** Which end comes first. */
  sortDirection?: SortDirection | null,
  /** How much of each turn. */
  itemsView?: TurnItemsView | null,
};
