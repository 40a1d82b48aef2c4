// Generated from the types of the app server protocol. Do not edit.

export type ThreadBackgroundTerminal = {
  itemId: string,
  processId: string,
  command: string,
  cwd: string,
  osPid: number | null,
  cpuPercent: number | null,
  rssKb: number | null,
};
