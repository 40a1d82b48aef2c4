//! THE list of requests a client may send.
//!
//! A row reads: documentation, `experimental` if only for connections that asked for it, name on the wire,
//! name in code, params, result. Types are written from their module in `v2`. To add a request, add its types
//! and a row; the server then does not compile until it has a handler.

use serde_json::value::RawValue;

use crate::experimental::{self, ExperimentalUse};
use crate::jsonrpc::{RequestId, RequestMessage, write_line};
use crate::method::{DecodeError, decode_params as decode};
use crate::v2::*;

use super::define::define_client_requests;

/// Calls the macro named in its argument with every row of the table.
#[macro_export]
macro_rules! for_each_client_request {
    ($then:ident) => {
        $then! {
            /// Opens the connection: who the client is and what it can do. Every other request comes after it.
            "initialize" => Initialize(initialize::InitializeParams) -> initialize::InitializeResponse;

            /// Starts a new thread and subscribes the connection to it.
            "thread/start" => ThreadStart(thread_start::ThreadStartParams) -> thread_start::ThreadStartResponse;
            /// Loads a stored thread, or joins one that is loaded, and subscribes the connection to it.
            "thread/resume" => ThreadResume(thread_start::ThreadResumeParams) -> thread_start::ThreadResumeResponse;
            /// Starts a new thread with the history of another one, whole or up to a turn, and subscribes the
            /// connection to it.
            "thread/fork" => ThreadFork(thread_fork::ThreadForkParams) -> thread_fork::ThreadForkResponse;
            /// Reads one thread without subscribing to it.
            "thread/read" => ThreadRead(thread_list::ThreadReadParams) -> thread_list::ThreadReadResponse;
            /// Lists stored threads, page by page.
            "thread/list" => ThreadList(thread_list::ThreadListParams) -> thread_list::ThreadListResponse;
            /// Lists the ids of the threads in memory.
            "thread/loaded/list" =>
                ThreadLoadedList(thread_list::ThreadLoadedListParams) -> thread_list::ThreadLoadedListResponse;
            /// Lists the turns of a thread, page by page, without subscribing to it.
            "thread/turns/list" =>
                ThreadTurnsList(thread_history::ThreadTurnsListParams) -> thread_history::ThreadTurnsListResponse;
            /// Lists the items of a thread or of one of its turns, page by page.
            "thread/items/list" =>
                ThreadItemsList(thread_history::ThreadItemsListParams) -> thread_history::ThreadItemsListResponse;
            /// Reads items of a turn by their ids, with everything that a list left out.
            experimental "thread/items/read" =>
                ThreadItemsRead(thread_history::ThreadItemsReadParams) -> thread_history::ThreadItemsReadResponse;
            /// Ends this connection's subscription to a thread. The thread goes on.
            "thread/unsubscribe" =>
                ThreadUnsubscribe(thread_list::ThreadUnsubscribeParams) -> thread_list::ThreadUnsubscribeResponse;
            /// Names a thread.
            "thread/name/set" =>
                ThreadSetName(thread_list::ThreadSetNameParams) -> thread_list::ThreadSetNameResponse;
            /// Lists the stored threads in which something was said. What a fork has from its source is found in the
            /// source alone.
            experimental "thread/search" =>
                ThreadSearch(thread_search::ThreadSearchParams) -> thread_search::ThreadSearchResponse;
            /// Lists all places of a thread where something was said, oldest first.
            experimental "thread/searchOccurrences" =>
                ThreadSearchOccurrences(thread_search::ThreadSearchOccurrencesParams)
                    -> thread_search::ThreadSearchOccurrencesResponse;
            /// Lists the sections that users sort threads into.
            "threadSection/list" =>
                ThreadSectionList(thread_section::ThreadSectionListParams) -> thread_section::ThreadSectionListResponse;
            /// Makes a section.
            "threadSection/create" =>
                ThreadSectionCreate(thread_section::ThreadSectionCreateParams)
                -> thread_section::ThreadSectionCreateResponse;
            /// Names a section, and says how it is shown.
            "threadSection/update" =>
                ThreadSectionUpdate(thread_section::ThreadSectionUpdateParams)
                -> thread_section::ThreadSectionUpdateResponse;
            /// Removes a section. The threads in it stay.
            "threadSection/delete" =>
                ThreadSectionDelete(thread_section::ThreadSectionDeleteParams)
                -> thread_section::ThreadSectionDeleteResponse;
            /// Puts a thread into a section, to a place in it, or into none.
            "thread/section/move" =>
                ThreadSectionMove(thread_section::ThreadSectionMoveParams) -> thread_section::ThreadSectionMoveResponse;
            /// Attaches data of the client to a thread.
            "thread/attachment/add" =>
                ThreadAttachmentAdd(thread_attachment::ThreadAttachmentAddParams)
                -> thread_attachment::ThreadAttachmentAddResponse;
            /// Lists what is attached to a thread.
            "thread/attachment/list" =>
                ThreadAttachmentList(thread_attachment::ThreadAttachmentListParams)
                -> thread_attachment::ThreadAttachmentListResponse;
            /// Takes an attachment from a thread.
            "thread/attachment/remove" =>
                ThreadAttachmentRemove(thread_attachment::ThreadAttachmentRemoveParams)
                -> thread_attachment::ThreadAttachmentRemoveResponse;
            /// Lists the threads to which something is attached.
            "thread/attachmentOwner/list" =>
                ThreadAttachmentOwnerList(thread_attachment::ThreadAttachmentOwnerListParams)
                -> thread_attachment::ThreadAttachmentOwnerListResponse;
            /// Says that a thread was read, or is to count as unread.
            experimental "thread/readState/update" =>
                ThreadReadStateUpdate(thread_read_state::ThreadReadStateUpdateParams)
                -> thread_read_state::ThreadReadStateUpdateResponse;
            /// Puts a thread away: it is ended, and listed only with the archived ones.
            "thread/archive" =>
                ThreadArchive(thread_archive::ThreadArchiveParams) -> thread_archive::ThreadArchiveResponse;
            /// Takes an archived thread back.
            "thread/unarchive" =>
                ThreadUnarchive(thread_archive::ThreadUnarchiveParams) -> thread_archive::ThreadUnarchiveResponse;
            /// Ends a thread and deletes it. Not possible while other threads begin with it.
            "thread/delete" =>
                ThreadDelete(thread_archive::ThreadDeleteParams) -> thread_archive::ThreadDeleteResponse;
            /// Takes turns of a loaded thread back, from one of them on.
            "thread/revert" => ThreadRevert(thread_fork::ThreadRevertParams) -> thread_fork::ThreadRevertResponse;
            /// Changes what is stored of a thread besides its history, loaded or not.
            "thread/metadata/update" =>
                ThreadMetadataUpdate(thread_update::ThreadMetadataUpdateParams)
                -> thread_update::ThreadMetadataUpdateResponse;
            /// Adds to what the model of a loaded thread knows. No turn is started by that.
            "thread/inject_items" =>
                ThreadInjectItems(thread_update::ThreadInjectItemsParams)
                -> thread_update::ThreadInjectItemsResponse;
            /// Changes the settings of the later turns of a loaded thread.
            experimental "thread/settings/update" =>
                ThreadSettingsUpdate(thread_update::ThreadSettingsUpdateParams)
                -> thread_update::ThreadSettingsUpdateResponse;
            /// Gives a thread a goal, or changes it. While it is active, turns start by themselves.
            "thread/goal/set" =>
                ThreadGoalSet(thread_goal::ThreadGoalSetParams) -> thread_goal::ThreadGoalSetResponse;
            /// Tells the goal of a thread, loaded or not.
            "thread/goal/get" =>
                ThreadGoalGet(thread_goal::ThreadGoalGetParams) -> thread_goal::ThreadGoalGetResponse;
            /// Takes the goal of a thread away.
            "thread/goal/clear" =>
                ThreadGoalClear(thread_goal::ThreadGoalClearParams) -> thread_goal::ThreadGoalClearResponse;
            /// Puts a message at the end of the queue of a thread. If no turn runs, it begins one at once.
            experimental "thread/queue/add" =>
                ThreadQueueAdd(thread_queue::ThreadQueueAddParams)
                -> thread_queue::ThreadQueueAddResponse;
            /// Lists the messages in the queue of a thread.
            experimental "thread/queue/list" =>
                ThreadQueueList(thread_queue::ThreadQueueListParams)
                -> thread_queue::ThreadQueueListResponse;
            /// Changes what a message in the queue says.
            experimental "thread/queue/update" =>
                ThreadQueueUpdate(thread_queue::ThreadQueueUpdateParams)
                -> thread_queue::ThreadQueueUpdateResponse;
            /// Takes a message out of the queue.
            experimental "thread/queue/delete" =>
                ThreadQueueDelete(thread_queue::ThreadQueueDeleteParams)
                -> thread_queue::ThreadQueueDeleteResponse;
            /// Puts the queue into another order.
            experimental "thread/queue/reorder" =>
                ThreadQueueReorder(thread_queue::ThreadQueueReorderParams)
                -> thread_queue::ThreadQueueReorderResponse;
            /// Begins a turn with a message of the queue.
            experimental "thread/queue/start" =>
                ThreadQueueStart(thread_queue::ThreadQueueStartParams)
                -> thread_queue::ThreadQueueStartResponse;
            /// Lists the processes that outlived the tool calls which started them.
            experimental "thread/backgroundTerminals/list" =>
                ThreadBackgroundTerminalsList(thread_list::ThreadBackgroundTerminalsListParams)
                -> thread_list::ThreadBackgroundTerminalsListResponse;
            /// Ends one of these processes.
            experimental "thread/backgroundTerminals/terminate" =>
                ThreadBackgroundTerminalsTerminate(thread_command::ThreadBackgroundTerminalsTerminateParams)
                -> thread_command::ThreadBackgroundTerminalsTerminateResponse;
            /// Ends all of these processes.
            experimental "thread/backgroundTerminals/clean" =>
                ThreadBackgroundTerminalsClean(thread_command::ThreadBackgroundTerminalsCleanParams)
                -> thread_command::ThreadBackgroundTerminalsCleanResponse;
            /// Runs a command of the user's own, with all the rights of the user: as part of the running turn, or as
            /// a turn. The model is not asked; it sees command and output with its next request.
            "thread/shellCommand" =>
                ThreadShellCommand(thread_command::ThreadShellCommandParams)
                -> thread_command::ThreadShellCommandResponse;

            /// Sums up a thread, as a turn of its own; a running turn ends for that. The model goes on with the summary
            /// in the place of what was said before.
            "thread/compact/start" =>
                ThreadCompactStart(thread_compact::ThreadCompactStartParams)
                -> thread_compact::ThreadCompactStartResponse;

            /// Starts a turn with the user's input. Answered when the turn is accepted; its progress arrives as
            /// notifications. While a turn runs, the input joins it and the answer names that turn.
            "turn/start" => TurnStart(turn::TurnStartParams) -> turn::TurnStartResponse;
            /// Adds input to the running turn.
            "turn/steer" => TurnSteer(turn::TurnSteerParams) -> turn::TurnSteerResponse;
            /// Ends the running turn.
            "turn/interrupt" => TurnInterrupt(turn::TurnInterruptParams) -> turn::TurnInterruptResponse;

            /// Has another agent review changes, in a turn of the thread; a running turn ends for that. The conversation
            /// keeps a note of the result.
            "review/start" => ReviewStart(review::ReviewStartParams) -> review::ReviewStartResponse;

            /// Runs a command for the client, in the sandbox. Answered when it has ended.
            "command/exec" => CommandExec(command::CommandExecParams) -> command::CommandExecResponse;
            /// Writes to a command that runs for this connection. Answered when it is written.
            "command/exec/write" =>
                CommandExecWrite(command::CommandExecWriteParams) -> command::CommandExecWriteResponse;
            /// Changes the size of the terminal of a command that runs for this connection.
            "command/exec/resize" =>
                CommandExecResize(command::CommandExecResizeParams) -> command::CommandExecResizeResponse;
            /// Ends a command that runs for this connection.
            "command/exec/terminate" =>
                CommandExecTerminate(command::CommandExecTerminateParams)
                -> command::CommandExecTerminateResponse;
            /// Starts a process for the client, without a sandbox. Answered when it runs.
            experimental "process/spawn" =>
                ProcessSpawn(process::ProcessSpawnParams) -> process::ProcessSpawnResponse;
            /// Writes to a process of this connection. Answered when it is written.
            experimental "process/writeStdin" =>
                ProcessWriteStdin(process::ProcessWriteStdinParams) -> process::ProcessWriteStdinResponse;
            /// Changes the size of the terminal of a process of this connection.
            experimental "process/resizePty" =>
                ProcessResizePty(process::ProcessResizePtyParams) -> process::ProcessResizePtyResponse;
            /// Ends a process of this connection.
            experimental "process/kill" =>
                ProcessKill(process::ProcessKillParams) -> process::ProcessKillResponse;

            /// Reads a whole file.
            "fs/readFile" => FsReadFile(fs::FsReadFileParams) -> fs::FsReadFileResponse;
            /// Writes a file, made if need be.
            "fs/writeFile" => FsWriteFile(fs::FsWriteFileParams) -> fs::FsWriteFileResponse;
            /// Makes a folder.
            "fs/createDirectory" => FsCreateDirectory(fs::FsCreateDirectoryParams) -> fs::FsCreateDirectoryResponse;
            /// Says what a path names.
            "fs/getMetadata" => FsGetMetadata(fs::FsGetMetadataParams) -> fs::FsGetMetadataResponse;
            /// Lists what is in a folder.
            "fs/readDirectory" => FsReadDirectory(fs::FsReadDirectoryParams) -> fs::FsReadDirectoryResponse;
            /// Removes a file, a link or a folder.
            "fs/remove" => FsRemove(fs::FsRemoveParams) -> fs::FsRemoveResponse;
            /// Copies a file, a link or a folder.
            "fs/copy" => FsCopy(fs::FsCopyParams) -> fs::FsCopyResponse;
            /// Tells of changes of a file or folder from now on.
            "fs/watch" => FsWatch(fs_watch::FsWatchParams) -> fs_watch::FsWatchResponse;
            /// Ends a watch of this connection.
            "fs/unwatch" => FsUnwatch(fs_watch::FsUnwatchParams) -> fs_watch::FsUnwatchResponse;
            /// Writes a report about the server into a file. It is sent nowhere.
            "feedback/save" => FeedbackSave(feedback::FeedbackSaveParams) -> feedback::FeedbackSaveResponse;
            /// Tells of a stored thread in a few words. Kept from the older API.
            "getConversationSummary" =>
                GetConversationSummary(conversation_summary::GetConversationSummaryParams)
                -> conversation_summary::GetConversationSummaryResponse;
            /// Says what is different from what the remote repository has. Kept from the older API.
            "gitDiffToRemote" => GitDiffToRemote(git::GitDiffToRemoteParams) -> git::GitDiffToRemoteResponse;
            /// Finds files and folders by a few letters of their paths.
            "fuzzyFileSearch" =>
                FuzzyFileSearch(file_search::FuzzyFileSearchParams) -> file_search::FuzzyFileSearchResponse;
            /// Starts such a search for a user who types.
            experimental "fuzzyFileSearch/sessionStart" =>
                FuzzyFileSearchSessionStart(file_search::FuzzyFileSearchSessionStartParams)
                -> file_search::FuzzyFileSearchSessionStartResponse;
            /// What the user has typed so far. Results are told as notifications.
            experimental "fuzzyFileSearch/sessionUpdate" =>
                FuzzyFileSearchSessionUpdate(file_search::FuzzyFileSearchSessionUpdateParams)
                -> file_search::FuzzyFileSearchSessionUpdateResponse;
            /// Ends such a search.
            experimental "fuzzyFileSearch/sessionStop" =>
                FuzzyFileSearchSessionStop(file_search::FuzzyFileSearchSessionStopParams)
                -> file_search::FuzzyFileSearchSessionStopResponse;

            /// Lists the models of the active provider, best first.
            "model/list" => ModelList(model::ModelListParams) -> model::ModelListResponse;
            /// Lists the configured and the built-in model providers.
            "modelProvider/list" =>
                ModelProviderList(model::ModelProviderListParams) -> model::ModelProviderListResponse;
            /// Says what the active provider can do by itself.
            "modelProvider/capabilities/read" =>
                ModelProviderCapabilitiesRead(model::ModelProviderCapabilitiesReadParams)
                -> model::ModelProviderCapabilitiesReadResponse;
            /// Lists the modes in which user and agent can work together.
            experimental "collaborationMode/list" =>
                CollaborationModeList(collaboration_mode::CollaborationModeListParams)
                -> collaboration_mode::CollaborationModeListResponse;
            /// Lists the permission profiles that a thread can be given.
            "permissionProfile/list" =>
                PermissionProfileList(permission::PermissionProfileListParams)
                -> permission::PermissionProfileListResponse;
            /// Lists the switches of the configuration that do something here.
            "experimentalFeature/list" =>
                ExperimentalFeatureList(experimental_feature::ExperimentalFeatureListParams)
                -> experimental_feature::ExperimentalFeatureListResponse;
            /// Lists the skills that are available in the given folders.
            "skills/list" => SkillsList(skills::SkillsListParams) -> skills::SkillsListResponse;
            /// Sets the further folders of skills that this process looks into.
            "skills/extraRoots/set" =>
                SkillsExtraRootsSet(skills::SkillsExtraRootsSetParams) -> skills::SkillsExtraRootsSetResponse;
            /// Turns a skill on or off, in the user's configuration. New threads heed it.
            "skills/config/write" =>
                SkillsConfigWrite(skills::SkillsConfigWriteParams) -> skills::SkillsConfigWriteResponse;

            /// Reads the effective configuration, and on request the layers it is made of.
            "config/read" => ConfigRead(config::ConfigReadParams) -> config::ConfigReadResponse;
            /// Reads what an administrator requires of the configuration.
            "configRequirements/read" =>
                ConfigRequirementsRead(shared::NoParams) -> requirements::ConfigRequirementsReadResponse;
            /// Reads who is logged in.
            "account/read" => GetAccount(account::GetAccountParams) -> account::GetAccountResponse;
            /// Logs in. A login that is under way ends.
            "account/login/start" => LoginAccount(login::LoginAccountParams) -> login::LoginAccountResponse;
            /// Gives a login up that was started.
            "account/login/cancel" =>
                CancelLoginAccount(login::CancelLoginAccountParams) -> login::CancelLoginAccountResponse;
            /// Logs out: what is stored of the login is removed.
            "account/logout" => LogoutAccount(shared::NoParams) -> login::LogoutAccountResponse;
            /// Reads how somebody is logged in. Kept from the older API.
            "getAuthStatus" => GetAuthStatus(login::GetAuthStatusParams) -> login::GetAuthStatusResponse;
            /// Reads what the account may still use, from the vendor's service.
            "account/rateLimits/read" =>
                GetAccountRateLimits(rate_limits::GetAccountRateLimitsParams)
                -> rate_limits::GetAccountRateLimitsResponse;
        }
    };
}

for_each_client_request!(define_client_requests);
