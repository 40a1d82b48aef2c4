// Generated from the types of the app server protocol. Do not edit.
import type { AskForApproval } from "./AskForApproval";
import type { AutoReviewRequirements } from "./AutoReviewRequirements";
import type { BrowserUseRequirements } from "./BrowserUseRequirements";
import type { CliAuthCredentialsStoreMode } from "./CliAuthCredentialsStoreMode";
import type { ComputerUseRequirements } from "./ComputerUseRequirements";
import type { FeedbackRequirements } from "./FeedbackRequirements";
import type { ForcedLoginMethod } from "../ForcedLoginMethod";
import type { InAppBrowserRequirements } from "./InAppBrowserRequirements";
import type { ModelsRequirements } from "./ModelsRequirements";
import type { OtelRequirements } from "./OtelRequirements";
import type { ResidencyRequirement } from "./ResidencyRequirement";
import type { SandboxMode } from "./SandboxMode";
import type { WebSearchMode } from "../WebSearchMode";
import type { WindowsSandboxImplementation } from "./WindowsSandboxImplementation";
import type { JsonValue } from "../serde_json/JsonValue";

export type ConfigRequirements = {
  modelProvider: string | null,
  modelProviders: { [key in string]?: JsonValue } | null,
  allowedLoginMethods: Array<ForcedLoginMethod> | null,
  cliAuthCredentialsStore: CliAuthCredentialsStoreMode | null,
  chatgptBaseUrl: string | null,
  additionalDeveloperInstructions: string | null,
  allowedApprovalPolicies: Array<AskForApproval> | null,
  otel: OtelRequirements | null,
  allowedSandboxModes: Array<SandboxMode> | null,
  allowedWindowsSandboxImplementations: Array<WindowsSandboxImplementation> | null,
  allowedPermissionProfiles: { [key in string]?: boolean } | null,
  defaultPermissions: string | null,
  allowedWebSearchModes: Array<WebSearchMode> | null,
  allowManagedHooksOnly: boolean | null,
  allowBrowserAndComputerUse: boolean | null,
  allowAppshots: boolean | null,
  allowRemoteControl: boolean | null,
  computerUse: ComputerUseRequirements | null,
  browserUse: BrowserUseRequirements | null,
  inAppBrowser: InAppBrowserRequirements | null,
  featureRequirements: { [key in string]?: boolean } | null,
  feedback: FeedbackRequirements | null,
  enforceResidency: ResidencyRequirement | null,
  allowLoginShell: boolean | null,
  checkForUpdateOnStartup: boolean | null,
  autoReview: AutoReviewRequirements | null,
  models: ModelsRequirements | null,
  sqliteHome: string | null,
  logDir: string | null,
  modelCatalogJson: string | null,
};
