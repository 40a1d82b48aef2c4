//! Keeps short the chain of files that a conversation which is often reverted consists of.
//!
//! Every revert may add a file. When there are many, the lines of the newest ones are copied into the new file, which
//! then refers only to the oldest, and to those that hold more than all behind them: so most of a long history
//! is never copied, and what is copied is copied seldom. The lines stay as they are, but for their ordinals, which go
//! on without gaps. All functions block.

use std::io::Write;
use std::path::Path;

use codex_protocol::rollout::HistoryBase;

use super::chain::Chain;
use super::error::Error;
use super::line::{self, Envelope};
use super::twice::Twice;
use super::{location, salvage};

/// How many files a conversation consists of before some are put together.
const LONG: usize = 32;

/// What a new file begins with.
pub(super) enum Beginning {
    /// With what is before the base, or with nothing.
    Base(Option<HistoryBase>),
    /// The same, of which the lines from a place on are copied.
    Copy { chain: Box<Chain>, base: Option<HistoryBase>, from: u64 },
}

impl Beginning {
    pub fn of(home: &Path, base: Option<HistoryBase>) -> Result<Self, Error> {
        let file = base.map(|base| location::find_file(home, base.thread_id)).transpose()?.flatten();
        let (Some(wanted), Some(file)) = (base, file) else { return Ok(Self::Base(base)) };
        let chain = Chain::open_before(&file, wanted)?;
        // Of what is missing the files that refer to it tell.
        if chain.parts().len() < LONG || !chain.gaps.is_empty() {
            return Ok(Self::Base(base));
        }
        let is_large = |at: &usize| {
            let part = chain.parts().get(*at);
            part.is_some_and(|part| part.len >= chain.len() - (part.start + part.len))
        };
        let kept = (0..LONG / 2).take_while(is_large).count();
        let last_kept = kept.checked_sub(1).and_then(|last| chain.parts().get(last));
        let from = last_kept.map_or(0, |part| part.start + part.len);
        let base = last_kept.and_then(|part| part.base);
        Ok(Self::Copy { base, from, chain: Box::new(chain) })
    }

    pub fn base(&self) -> Option<HistoryBase> {
        match self {
            Self::Base(base) | Self::Copy { base, .. } => *base,
        }
    }

    /// Writes the lines that are copied, the first of them with this ordinal.
    pub fn copy(&self, out: &mut impl Write, mut ordinal: u64) -> Result<(), Error> {
        let Self::Copy { chain, from, .. } = self else { return Ok(()) };
        let (mut twice, mut broken) = (Twice::default(), 0);
        let mut lines = chain.forwards(*from, chain.len());
        while let Some(line) = lines.next_line()? {
            let bytes = line::trimmed(line.bytes);
            let mut write = |bytes: &[u8], envelope: &Envelope<'_>| {
                // Each of the files says in its first line whose it is.
                if envelope.kind == line::SESSION_META || twice.is_repeated(envelope.ordinal, bytes) {
                    return Ok(());
                }
                let copied = renumbered(envelope, ordinal);
                ordinal += 1;
                out.write_all(&copied).map_err(|source| chain.failed(source))
            };
            match serde_json::from_slice::<Envelope<'_>>(bytes) {
                Ok(envelope) => write(bytes, &envelope)?,
                Err(_) if bytes.is_empty() => {}
                Err(_) => {
                    broken += 1;
                    let parts = salvage::parts(line.bytes).whole.into_iter();
                    for part in parts.filter_map(|part| line.bytes.get(part)) {
                        if let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(part) {
                            write(part, &envelope)?;
                        }
                    }
                }
            }
        }
        if broken > 0 {
            tracing::warn!(broken, "lines that cannot be read stay in the older files of the thread");
        }
        Ok(())
    }
}

fn renumbered(envelope: &Envelope<'_>, ordinal: u64) -> Vec<u8> {
    let Envelope { timestamp, kind, payload, .. } = envelope;
    let timestamp = timestamp.unwrap_or_default();
    let payload = payload.get();
    format!(
        "{{\"timestamp\":\"{timestamp}\",\"ordinal\":{ordinal},\"type\":\"{kind}\",\"payload\":{payload}}}\n"
    )
    .into_bytes()
}

#[cfg(test)]
#[path = "shorten_tests.rs"]
mod tests;
