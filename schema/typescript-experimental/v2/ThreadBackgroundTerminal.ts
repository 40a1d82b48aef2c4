// Generated from the types of the app server protocol. Do not edit.

/** A process that outlived the tool call which started it. */
export type ThreadBackgroundTerminal = {
  /** The item that shows it. */
  itemId: string,
  /** Its id among the thread's processes. */
  processId: string,
  /** The command line. */
  command: string,
  /** Its working directory. */
  cwd: string,
  /** Its process id in the operating system. */
  osPid: number | null,
  /** Processor time it uses, in percent of one processor. */
  cpuPercent: number | null,
  /** Memory it uses, in KiB. */
  rssKb: number | null,
};
