// Generated from the types of the app server protocol. Do not edit.

export type ModelUpgradeInfo = {
  model: string,
  upgradeCopy: string | null,
  modelLink: string | null,
  migrationMarkdown: string | null,
  retirementAt: number | null,
};
