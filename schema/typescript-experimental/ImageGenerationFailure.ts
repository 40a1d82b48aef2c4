// Generated from the types of the app server protocol. Do not edit.

export type ImageGenerationFailure = {
    type: "usageLimitExceeded",
    limitId: string,
    resetsAt: number | null,
  };
