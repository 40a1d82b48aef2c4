// Generated from the types of the app server protocol. Do not edit.

/** What became of a subscription. */
export type ThreadUnsubscribeStatus = "notLoaded" | "notSubscribed" | "unsubscribed";
