// Generated from the types of the app server protocol. Do not edit.
import type { SortDirection } from "./SortDirection";
import type { TurnItemsView } from "./TurnItemsView";

export type ThreadResumeInitialTurnsPageParams = {
  limit?: number | null,
  sortDirection?: SortDirection | null,
  itemsView?: TurnItemsView | null,
};
