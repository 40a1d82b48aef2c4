// Generated from the types of the app server protocol. Do not edit.

export type ModelServiceTier = {
  id: string,
  name: string,
  description: string,
};
