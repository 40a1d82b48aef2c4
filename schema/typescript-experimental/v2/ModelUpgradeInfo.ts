// Generated from the types of the app server protocol. Do not edit.

/** What to tell a user about a model's successor. */
export type ModelUpgradeInfo = {
  /** The successor. */
  model: string,
  /** A sentence about it. */
  upgradeCopy: string | null,
  /** Where to read more. */
  modelLink: string | null,
  /** What changes for the user, in Markdown. */
  migrationMarkdown: string | null,
  /** When the old model goes away, in Unix seconds. */
  retirementAt: number | null,
};
