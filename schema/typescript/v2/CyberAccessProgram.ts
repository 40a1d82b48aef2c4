// Generated from the types of the app server protocol. Do not edit.

/** An access program of the vendor for security work. */
export type CyberAccessProgram = "standard" | "daybreakBlue" | "daybreakRed";
