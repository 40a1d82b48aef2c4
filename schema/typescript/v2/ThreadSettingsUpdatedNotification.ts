// Generated from the types of the app server protocol. Do not edit.
import type { ThreadSettings } from "./ThreadSettings";

export type ThreadSettingsUpdatedNotification = {
  threadId: string,
  threadSettings: ThreadSettings,
};
