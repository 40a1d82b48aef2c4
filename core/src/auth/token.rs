//! What a JSON web token says: claims and expiry. Pure.
//!
//! Signatures are not verified: the tokens come from the login server itself, and what they say is only
//! shown to their owner.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// What is known about an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    pub email: Option<String>,
    /// The plan in the server's words.
    pub plan: Option<String>,
    pub account_id: Option<String>,
    pub user_id: Option<String>,
    /// Unix seconds.
    pub expires_at: Option<i64>,
    /// Unix seconds.
    pub issued_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("is not a JSON web token")]
    Shape,
    #[error("has claims that are not JSON")]
    Content,
}

#[derive(Deserialize)]
struct Payload {
    email: Option<String>,
    exp: Option<i64>,
    iat: Option<i64>,
    #[serde(rename = "https://api.openai.com/auth")]
    auth: Option<AuthClaims>,
    #[serde(rename = "https://api.openai.com/profile")]
    profile: Option<ProfileClaims>,
}

#[derive(Default, Deserialize)]
struct AuthClaims {
    chatgpt_plan_type: Option<String>,
    chatgpt_account_id: Option<String>,
    chatgpt_user_id: Option<String>,
    user_id: Option<String>,
}

#[derive(Deserialize)]
struct ProfileClaims {
    email: Option<String>,
}

/// Reads the claims of a token.
pub fn claims(token: &str) -> Result<Claims, TokenError> {
    let mut parts = token.split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(TokenError::Shape);
    };
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).map_err(|_| TokenError::Shape)?;
    let payload: Payload = serde_json::from_slice(&bytes).map_err(|_| TokenError::Content)?;
    let auth = payload.auth.unwrap_or_default();
    Ok(Claims {
        email: payload.email.or_else(|| payload.profile.and_then(|profile| profile.email)),
        plan: auth.chatgpt_plan_type,
        account_id: auth.chatgpt_account_id,
        user_id: auth.chatgpt_user_id.or(auth.user_id),
        expires_at: payload.exp,
        issued_at: payload.iat,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("e30.{}.s", URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn claims_are_read() {
        let read = claims(&token(
            r#"{"exp": 100, "iat": 40, "https://api.openai.com/profile": {"email": "p@q"},
                "https://api.openai.com/auth": {"chatgpt_plan_type": "team", "chatgpt_account_id": "a", "user_id": "u"}}"#,
        ))
        .unwrap();
        assert_eq!(
            read,
            Claims {
                email: Some("p@q".into()),
                plan: Some("team".into()),
                account_id: Some("a".into()),
                user_id: Some("u".into()),
                expires_at: Some(100),
                issued_at: Some(40),
            }
        );
        assert_eq!(claims(&token("{}")), Ok(Claims::default()));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "a.b", "a.!.c", "a.b.c.d", "..."] {
            assert_eq!(claims(text), Err(TokenError::Shape), "{text}");
        }
        assert_eq!(claims(&token("[]")), Err(TokenError::Content));
    }
}
