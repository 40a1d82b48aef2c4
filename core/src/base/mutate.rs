//! Known inputs with random changes, for tests that nothing is too strange. The same seed gives the same inputs.
//!
//! `CODEX_FUZZ_INPUTS` says how many, `CODEX_FUZZ_SEED` which ones. The input at which a test fails is printed.

const INPUTS: u64 = 5_000;
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
/// Changed inputs are cut to this.
const LONGEST: usize = 4096;

/// Feeds the target all of the corpus, then changed inputs into which words are put, too.
pub fn feed(corpus: &[Vec<u8>], words: &[&str], target: impl Fn(&[u8])) {
    feed_less(1, corpus, words, target);
}

/// The same for a slow target, with so many times fewer inputs.
pub fn feed_less(times: u64, corpus: &[Vec<u8>], words: &[&str], target: impl Fn(&[u8])) {
    corpus.iter().for_each(|input| try_one(input, &target));
    let mut random = Random(setting("CODEX_FUZZ_SEED").unwrap_or(SEED).max(1));
    for _ in 0..setting("CODEX_FUZZ_INPUTS").unwrap_or(INPUTS / times) {
        try_one(&random.changed(corpus, words), &target);
    }
}

#[allow(clippy::disallowed_methods)] // tests have no configuration
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn try_one(input: &[u8], target: &impl Fn(&[u8])) {
    let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| target(input)));
    assert!(tried.is_ok(), "the input was {:?}", String::from_utf8_lossy(input));
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    fn changed(&mut self, corpus: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
        let mut input = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(5) {
            let at = self.below(input.len() + 1);
            let end = (at + self.below(24)).min(input.len());
            match self.below(8) {
                0 if at < input.len() => input[at] = u8::try_from(self.below(256)).unwrap(),
                1 => input.insert(at, u8::try_from(self.below(256)).unwrap()),
                2 => drop(input.drain(at..end)),
                3 => {
                    let copy = input[at..end].to_vec();
                    let to = self.below(input.len() + 1);
                    drop(input.splice(to..to, copy));
                }
                4 => input.truncate(at),
                5 => {
                    let other = &corpus[self.below(corpus.len())];
                    let from = self.below(other.len() + 1);
                    input.truncate(at);
                    input.extend(&other[from..]);
                }
                _ => {
                    let word = words[self.below(words.len())].bytes();
                    drop(input.splice(at..at, word));
                }
            }
        }
        input.truncate(LONGEST);
        input
    }
}
