// Generated from the types of the app server protocol. Do not edit.

export type AsyncUserInputQuestion = {
  title: string,
  options: Array<string> | null,
};
