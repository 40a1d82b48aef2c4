// Generated from the types of the app server protocol. Do not edit.

/** Where data must stay. */
export type ResidencyRequirement = "us";
