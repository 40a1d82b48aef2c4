// Generated from the types of the app server protocol. Do not edit.
import type { SortDirection } from "./SortDirection";
import type { ThreadListCwdFilter } from "./ThreadListCwdFilter";
import type { ThreadSortKey } from "./ThreadSortKey";
import type { ThreadSourceKind } from "./ThreadSourceKind";

export type ThreadListParams = {
  includeAttachedThreads?: boolean,
  currentAccountOnly?: boolean,
  cursor?: string | null,
  limit?: number | null,
  excludedThreadIds?: Array<string> | null,
  sortKey?: ThreadSortKey | null,
  sortDirection?: SortDirection | null,
  modelProviders?: Array<string> | null,
  sourceKinds?: Array<ThreadSourceKind> | null,
  originators?: Array<string> | null,
  archived?: boolean | null,
  sectionId?: string | null,
  projectId?: string | null,
  cwd?: ThreadListCwdFilter | null,
  useStateDbOnly?: boolean,
  searchTerm?: string | null,
  parentThreadId?: string | null,
  ancestorThreadId?: string | null,
  attachedToThreadId?: string | null,
};
