// Generated from the types of the app server protocol. Do not edit.
import type { RequestId } from "../RequestId";

/** A request of the server is settled. */
export type ServerRequestResolvedNotification = {
  /** The thread. */
  threadId: string,
  /** Id of the request. */
  requestId: RequestId,
};
