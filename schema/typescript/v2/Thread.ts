// Generated from the types of the app server protocol. Do not edit.
import type { GitInfo } from "./GitInfo";
import type { SessionSource } from "../SessionSource";
import type { ThreadHistoryMode } from "./ThreadHistoryMode";
import type { ThreadSection } from "./ThreadSection";
import type { ThreadStatus } from "./ThreadStatus";
import type { Turn } from "./Turn";

export type Thread = {
  id: string,
  turns: Array<Turn>,
  agentRole: string | null,
  sessionId: string,
  forkedFromId: string | null,
  name: string | null,
  parentThreadId: string | null,
  preview: string,
  ephemeral: boolean,
  section: ThreadSection | null,
  sectionEnteredAt: number | null,
  projectId: string | null,
  historyMode: ThreadHistoryMode,
  modelProvider: string,
  model: string | null,
  reasoningEffort: string | null,
  createdAt: number,
  updatedAt: number,
  recencyAt: number | null,
  status: ThreadStatus,
  path: string | null,
  cwd: string,
  cliVersion: string,
  originator: string | null,
  source: SessionSource,
  gitInfo: GitInfo | null,
  threadSource: string | null,
  agentNickname: string | null,
};
