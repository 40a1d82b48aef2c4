// Generated from the types of the app server protocol. Do not edit.

/** A source of configuration. */
export type ConfigLayerSource =
  /** Defaults that came with the installation. */
  | {
    type: "packagedDefaults",
    /** Path of the file. */
    file: string,
  }
  /** Settings of a managed device. */
  | {
    type: "mdm",
    /** Preference domain. */
    domain: string,
    /** Key in that domain. */
    key: string,
  }
  /** The file for all users of the machine. */
  | {
    type: "system",
    /** Path of the file. */
    file: string,
  }
  /** Settings of the user's organisation. */
  | {
    type: "enterpriseManaged",
    /** Id of the settings. */
    id: string,
    /** Name of the settings. */
    name: string,
  }
  /** The user's own file. */
  | {
    type: "user",
    /** Path of the file. */
    file: string,
    /** The profile in it that is chosen. */
    profile: string | null,
  }
  /** The file of a project. */
  | {
    type: "project",
    /** The folder it lies in. */
    dotCodexFolder: string,
  }
  /** The command line. */
  | { type: "sessionFlags" }
  /** An administrator's file of the older form. */
  | {
    type: "legacyManagedConfigTomlFromFile",
    /** Path of the file. */
    file: string,
  }
  /** An administrator's settings of the older form, on a managed device. */
  | { type: "legacyManagedConfigTomlFromMdm" };
