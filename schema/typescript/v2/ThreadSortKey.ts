// Generated from the types of the app server protocol. Do not edit.

/** What threads are sorted by. */
export type ThreadSortKey = "created_at" | "updated_at" | "recency_at" | "section_position";
