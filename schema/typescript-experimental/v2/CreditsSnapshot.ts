// Generated from the types of the app server protocol. Do not edit.

/** What has been bought in advance. */
export type CreditsSnapshot = {
  /** Whether there is any left. */
  hasCredits: boolean,
  /** Whether there is no end to it. */
  unlimited: boolean,
  /** How much is left, as the vendor writes it. */
  balance: string | null,
};
