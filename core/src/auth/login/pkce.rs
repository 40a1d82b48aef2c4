//! Random values of a login, and the proof that who began it also ends it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

/// The system gives no random numbers.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the system gives no random numbers")]
pub struct NoRandom;

/// A secret, and what is said of it beforehand.
#[derive(Clone)]
pub struct Proof {
    pub verifier: String,
    pub challenge: String,
}

impl Proof {
    pub fn new() -> Result<Self, NoRandom> {
        Ok(Self::of(random::<64>()?))
    }

    fn of(verifier: String) -> Self {
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        Self { verifier, challenge }
    }
}

/// So many random bytes as text.
pub fn random<const BYTES: usize>() -> Result<String, NoRandom> {
    let mut bytes = [0; BYTES];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandom)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636.
    #[test]
    fn the_challenge_is_that_of_the_standard() {
        let proof = Proof::of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(proof.challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_ne!(Proof::new().unwrap().verifier, Proof::new().unwrap().verifier);
        assert_eq!(Proof::new().unwrap().verifier.len(), 86);
    }
}
