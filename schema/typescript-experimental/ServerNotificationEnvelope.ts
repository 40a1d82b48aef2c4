// Generated from the types of the app server protocol. Do not edit.
import type { ServerNotification } from "./ServerNotification";

/** A notification as the server sends it. */
export type ServerNotificationEnvelope = {
  /** When the server made the notification, in Unix milliseconds. */
  emittedAtMs?: number,
} & ServerNotification;
