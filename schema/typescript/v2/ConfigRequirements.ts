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

/** What an administrator requires of the configuration. */
export type ConfigRequirements = {
  /** The provider to use. */
  modelProvider: string | null,
  /** Definitions of providers, by id. */
  modelProviders: { [key in string]?: JsonValue } | null,
  /** Kinds of login that are allowed. */
  allowedLoginMethods: Array<ForcedLoginMethod> | null,
  /** Where credentials are kept. */
  cliAuthCredentialsStore: CliAuthCredentialsStoreMode | null,
  /** Address of the vendor's services. */
  chatgptBaseUrl: string | null,
  /** Instructions that every thread gets in addition. */
  additionalDeveloperInstructions: string | null,
  /** Approval policies that are allowed. */
  allowedApprovalPolicies: Array<AskForApproval> | null,
  /** Export of telemetry. */
  otel: OtelRequirements | null,
  /** Sandbox modes that are allowed. */
  allowedSandboxModes: Array<SandboxMode> | null,
  /** Sandboxes of Windows that are allowed. */
  allowedWindowsSandboxImplementations: Array<WindowsSandboxImplementation> | null,
  /** Permission profiles by id, and whether each is allowed. */
  allowedPermissionProfiles: { [key in string]?: boolean } | null,
  /** The permission profile to begin with. */
  defaultPermissions: string | null,
  /** Ways to search the web that are allowed. */
  allowedWebSearchModes: Array<WebSearchMode> | null,
  /** Whether only the administrator's hooks run. */
  allowManagedHooksOnly: boolean | null,
  /** Whether the vendor's browser and desktop tools may be used. */
  allowBrowserAndComputerUse: boolean | null,
  /** Whether the vendor's app may take pictures of windows. */
  allowAppshots: boolean | null,
  /** Whether the vendor's remote control may be used. */
  allowRemoteControl: boolean | null,
  /** What the vendor's desktop tool may do. */
  computerUse: ComputerUseRequirements | null,
  /** What the vendor's browser tool may do. */
  browserUse: BrowserUseRequirements | null,
  /** What the browser in the vendor's app may do. */
  inAppBrowser: InAppBrowserRequirements | null,
  /** Features that must be on or off, by name. */
  featureRequirements: { [key in string]?: boolean } | null,
  /** Whether feedback can be sent to the vendor. */
  feedback: FeedbackRequirements | null,
  /** Where data must stay. */
  enforceResidency: ResidencyRequirement | null,
  /** Whether commands may run in a login shell. */
  allowLoginShell: boolean | null,
  /** Whether to look for updates. */
  checkForUpdateOnStartup: boolean | null,
  /** Rules for automatic review of approvals. */
  autoReview: AutoReviewRequirements | null,
  /** Rules for the choice of models. */
  models: ModelsRequirements | null,
  /** Folder of the databases. */
  sqliteHome: string | null,
  /** Folder of the logs. */
  logDir: string | null,
  /** File with the catalog of models. */
  modelCatalogJson: string | null,
};
