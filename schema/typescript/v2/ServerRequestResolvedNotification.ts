// Generated from the types of the app server protocol. Do not edit.
import type { RequestId } from "../RequestId";

export type ServerRequestResolvedNotification = {
  threadId: string,
  requestId: RequestId,
};
