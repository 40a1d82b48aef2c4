// Generated from the types of the app server protocol. Do not edit.

export type CreditsSnapshot = {
  hasCredits: boolean,
  unlimited: boolean,
  balance: string | null,
};
