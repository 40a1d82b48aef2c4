//! The list of notifications the server sends.
//!
//! A row reads: documentation, `experimental` if only for connections that asked for it, name on the wire, name
//! in code, params. Which connections get a notification is the server's business.

use serde_json::value::RawValue;

use crate::jsonrpc::{NotificationMessage, write_line};
use crate::method::{DecodeError, decode_params as decode};
use crate::v2::*;

use super::define::define_server_notifications;

/// Calls the macro named in its argument with every row of the table.
#[macro_export]
macro_rules! for_each_server_notification {
    ($then:ident) => {
        $then! {
            /// A turn failed, or is about to retry.
            "error" => Error(error::ErrorNotification);

            /// There is a new thread.
            "thread/started" => ThreadStarted(thread::ThreadStartedNotification);
            /// What a thread is doing has changed.
            "thread/status/changed" => ThreadStatusChanged(thread::ThreadStatusChangedNotification);
            /// A thread has left memory.
            "thread/closed" => ThreadClosed(thread::ThreadClosedNotification);
            /// A thread was put away.
            "thread/archived" => ThreadArchived(thread_archive::ThreadArchivedNotification);
            /// A thread was taken back.
            "thread/unarchived" => ThreadUnarchived(thread_archive::ThreadUnarchivedNotification);
            /// A thread was deleted.
            "thread/deleted" => ThreadDeleted(thread_archive::ThreadDeletedNotification);
            /// Turns of a thread were taken back.
            "thread/reverted" => ThreadReverted(thread_fork::ThreadRevertedNotification);
            /// A thread has another name.
            "thread/name/updated" => ThreadNameUpdated(thread::ThreadNameUpdatedNotification);
            /// A thread is in another section, or at another place in it.
            "thread/section/changed" => ThreadSectionChanged(thread_section::ThreadSectionChangedNotification);
            /// Something was attached to a thread, or taken from it.
            "thread/attachment/updated" =>
                ThreadAttachmentUpdated(thread_attachment::ThreadAttachmentUpdatedNotification);
            /// From where on a thread is unread has changed.
            experimental "thread/readState/changed" =>
                ThreadReadStateChanged(thread_read_state::ThreadReadStateChangedNotification);
            /// The settings of a thread's later turns have changed.
            "thread/settings/updated" => ThreadSettingsUpdated(settings::ThreadSettingsUpdatedNotification);
            /// The goal of a thread has changed, or more was spent on it.
            "thread/goal/updated" => ThreadGoalUpdated(thread_goal::ThreadGoalUpdatedNotification);
            /// A thread has no goal any more. After a resume: it has none.
            "thread/goal/cleared" => ThreadGoalCleared(thread_goal::ThreadGoalClearedNotification);
            /// What waits in the queue of a thread has changed.
            "thread/queue/changed" => ThreadQueueChanged(thread_queue::ThreadQueueChangedNotification);
            /// How many tokens a thread has used so far.
            "thread/tokenUsage/updated" => ThreadTokenUsageUpdated(usage::ThreadTokenUsageUpdatedNotification);

            /// A turn has begun.
            "turn/started" => TurnStarted(turn::TurnStartedNotification);
            /// A turn is over: completed, interrupted or failed. The last message of its turn.
            "turn/completed" => TurnCompleted(turn::TurnCompletedNotification);
            /// All changes that the turn has made to files so far.
            "turn/diff/updated" => TurnDiffUpdated(turn::TurnDiffUpdatedNotification);
            /// The model has written or changed its plan.
            "turn/plan/updated" => TurnPlanUpdated(turn::TurnPlanUpdatedNotification);

            /// An item has begun.
            "item/started" => ItemStarted(item_delta::ItemStartedNotification);
            /// An item is complete. What it says is final.
            "item/completed" => ItemCompleted(item_delta::ItemCompletedNotification);
            /// More text of an agent message.
            "item/agentMessage/delta" => AgentMessageDelta(item_delta::AgentMessageDeltaNotification);
            /// More text of a plan.
            "item/plan/delta" => PlanDelta(item_delta::PlanDeltaNotification);
            /// A new part of the reasoning summary begins.
            "item/reasoning/summaryPartAdded" =>
                ReasoningSummaryPartAdded(item_delta::ReasoningSummaryPartAddedNotification);
            /// More text of a part of the reasoning summary.
            "item/reasoning/summaryTextDelta" =>
                ReasoningSummaryTextDelta(item_delta::ReasoningSummaryTextDeltaNotification);
            /// More text of a part of the reasoning itself.
            "item/reasoning/textDelta" => ReasoningTextDelta(item_delta::ReasoningTextDeltaNotification);
            /// More output of a command.
            "item/commandExecution/outputDelta" =>
                CommandExecutionOutputDelta(item_delta::CommandExecutionOutputDeltaNotification);
            /// The model has written to a running command.
            "item/commandExecution/terminalInteraction" =>
                TerminalInteraction(item_delta::TerminalInteractionNotification);

            /// More output of a command that runs for this connection. All of it comes before the command's answer.
            "command/exec/outputDelta" => CommandExecOutputDelta(command::CommandExecOutputDeltaNotification);
            /// More output of a process of this connection.
            "process/outputDelta" => ProcessOutputDelta(process::ProcessOutputDeltaNotification);
            /// A process of this connection has ended.
            "process/exited" => ProcessExited(process::ProcessExitedNotification);
            /// Something that this connection watches has changed.
            "fs/changed" => FsChanged(fs_watch::FsChangedNotification);
            /// What was found so far in a session of this connection.
            "fuzzyFileSearch/sessionUpdated" =>
                FuzzyFileSearchSessionUpdated(file_search::FuzzyFileSearchSessionUpdatedNotification);
            /// Nothing more is found for the query that was told last.
            "fuzzyFileSearch/sessionCompleted" =>
                FuzzyFileSearchSessionCompleted(file_search::FuzzyFileSearchSessionCompletedNotification);

            /// A request of the server is settled: answered by some connection, or withdrawn.
            "serverRequest/resolved" => ServerRequestResolved(notice::ServerRequestResolvedNotification);
            /// A login has ended, well or not.
            "account/login/completed" => AccountLoginCompleted(login::AccountLoginCompletedNotification);
            /// Who is logged in has changed.
            "account/updated" => AccountUpdated(login::AccountUpdatedNotification);
            /// The limits of the account, as of the last response of the model.
            "account/rateLimits/updated" =>
                AccountRateLimitsUpdated(rate_limits::AccountRateLimitsUpdatedNotification);
            /// What `skills/list` tells may have changed.
            "skills/changed" => SkillsChanged(skills::SkillsChangedNotification);
            /// Something for the user to know.
            "warning" => Warning(notice::WarningNotification);
            /// Something is wrong with the configuration.
            "configWarning" => ConfigWarning(notice::ConfigWarningNotification);
            /// The client uses something that will go away.
            "deprecationNotice" => DeprecationNotice(notice::DeprecationNoticeNotification);
        }
    };
}

for_each_server_notification!(define_server_notifications);
