// Generated from the types of the app server protocol. Do not edit.
import type { SortDirection } from "./SortDirection";
import type { ThreadListCwdFilter } from "./ThreadListCwdFilter";
import type { ThreadSortKey } from "./ThreadSortKey";
import type { ThreadSourceKind } from "./ThreadSourceKind";

/** Which threads, in which order. Without filters: those that users began and have not archived. */
export type ThreadListParams = {
  /** Do not look at files that the index does not know. */
  useStateDbOnly?: boolean,
  /** Only threads of the account that is logged in. */
  currentAccountOnly?: boolean,
  /** Where to go on: `nextCursor` of the page before. Absent for the first page. */
  cursor?: string | null,
  /** How many entries at most; 0 counts as 1. The server may give fewer. */
  limit?: number | null,
  /** Threads to leave out. */
  excludedThreadIds?: Array<string> | null,
  /** What they are sorted by; absent for the time they began. */
  sortKey?: ThreadSortKey | null,
  /** Which end comes first. */
  sortDirection?: SortDirection | null,
  /** Only threads of these providers; absent or empty for all. */
  modelProviders?: Array<string> | null,
  /** Only threads of these kinds; absent for those that users began. */
  sourceKinds?: Array<ThreadSourceKind> | null,
  /** Only threads of these clients, by name. */
  originators?: Array<string> | null,
  /** Archived threads in place of the others. */
  archived?: boolean | null,
  /** Only threads of this section. */
  sectionId?: string | null,
  /** Only threads whose title contains this. */
  searchTerm?: string | null,
  /** Only threads with exactly this working directory, or one of these. */
  cwd?: ThreadListCwdFilter | null,
};
