// Generated from the types of the app server protocol. Do not edit.

export type MemoryCitationEntry = {
  path: string,
  lineStart: number,
  lineEnd: number,
  note: string,
};
