// Generated from the types of the app server protocol. Do not edit.

export type WebSearchLocation = {
  country: string | null,
  region: string | null,
  city: string | null,
  timezone: string | null,
};
