// Generated from the types of the app server protocol. Do not edit.
import type { GitInfo } from "./GitInfo";
import type { SessionSource } from "../SessionSource";
import type { ThreadEnvironment } from "./ThreadEnvironment";
import type { ThreadExtra } from "./ThreadExtra";
import type { ThreadHistoryMode } from "./ThreadHistoryMode";
import type { ThreadSection } from "./ThreadSection";
import type { ThreadStatus } from "./ThreadStatus";
import type { Turn } from "./Turn";

/** A conversation: turns one after the other, with the settings it was made with. */
export type Thread = {
  /** Its id, a UUIDv7. */
  id: string,
  /** Where its commands run; `null` when it is not in memory. */
  environments: Array<ThreadEnvironment> | null,
  /** Room for additions; empty. */
  extra: ThreadExtra | null,
  /** Id of the session it belongs to: its own, except for threads that another one started. */
  sessionId: string,
  /** The thread whose history it began with. */
  forkedFromId: string | null,
  /** The thread it is attached to. */
  attachedToThreadId: string | null,
  /** The thread that started it as an agent. */
  parentThreadId: string | null,
  /** The beginning of the first user message; empty before it. */
  preview: string,
  /** Nothing of it is stored. */
  ephemeral: boolean,
  /** The section that the user put it into. */
  section: ThreadSection | null,
  /** When the user put it there, in Unix seconds. */
  sectionEnteredAt: number | null,
  /** The vendor app's project that it belongs to. */
  projectId: string | null,
  /** How its history can be read. */
  historyMode: ThreadHistoryMode,
  /** Id of the provider that serves its model. */
  modelProvider: string,
  /** The model it last used; `null` if it is not known. */
  model: string | null,
  /** How much the model last was to think; `null` for the model's default. */
  reasoningEffort: string | null,
  /** When it began, in Unix seconds. */
  createdAt: number,
  /** When it last changed, in Unix seconds. */
  updatedAt: number,
  /** When the user last had to do with it, in Unix seconds. */
  recencyAt: number | null,
  /** What it is doing. */
  status: ThreadStatus,
  /** Absolute path of the file that holds its history; `null` if nothing is stored. */
  path: string | null,
  /** Its working directory, absolute. */
  cwd: string,
  /** Version of the server that made it. */
  cliVersion: string,
  /** Name of the client that made it. */
  originator: string | null,
  /** Kind of program that made it. */
  source: SessionSource,
  /** Whether a user can give it input. */
  canAcceptDirectInput: boolean | null,
  /** What the client said it is for. */
  threadSource: string | null,
  /** Name of the agent that it is, for people. */
  agentNickname: string | null,
  /** Role of the agent that it is. */
  agentRole: string | null,
  /** State of the repository when it began. */
  gitInfo: GitInfo | null,
  /** Name that the user gave it. */
  name: string | null,
  /** A feature of the vendor's app. */
  daybreakEnabled: boolean | null,
  /** Its turns, oldest first. Empty unless the request asked for them. */
  turns: Array<Turn>,
};
