// Generated from the types of the app server protocol. Do not edit.

/** Where a user is, roughly. */
export type WebSearchLocation = {
  /** Country, by its two-letter code. */
  country: string | null,
  /** Region or state. */
  region: string | null,
  /** City. */
  city: string | null,
  /** Time zone by its IANA name. */
  timezone: string | null,
};
