// Generated from the types of the app server protocol. Do not edit.
import type { ThreadSettings } from "./ThreadSettings";

/** The settings of a thread's later turns have changed. */
export type ThreadSettingsUpdatedNotification = {
  /** The thread. */
  threadId: string,
  /** All of them, as they are now. */
  threadSettings: ThreadSettings,
};
