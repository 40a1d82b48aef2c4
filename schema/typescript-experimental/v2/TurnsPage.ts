// Generated from the types of the app server protocol. Do not edit.
import type { Turn } from "./Turn";

export type TurnsPage = {
  data: Array<Turn>,
  nextCursor: string | null,
  backwardsCursor: string | null,
};
