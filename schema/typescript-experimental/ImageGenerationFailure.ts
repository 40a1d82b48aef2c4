// Generated from the types of the app server protocol. Do not edit.

/** Why there is no image. */
export type ImageGenerationFailure = {
    type: "usageLimitExceeded",
    /** Which limit. */
    limitId: string,
    /** When the allowance is whole again, in Unix seconds. */
    resetsAt: number | null,
  };
