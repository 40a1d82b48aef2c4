// Generated from the types of the app server protocol. Do not edit.

/** What the browser in the vendor's app may do. */
export type InAppBrowserRequirements = {
  /** Take over settings of other browsers. */
  allowExternalBrowserSettingsImport: boolean | null,
};
