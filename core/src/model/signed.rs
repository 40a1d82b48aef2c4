//! Who signs a request, and what there is to check when a server does not accept it.

/// What a request was signed with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Signed {
    /// Nothing: the provider has no key, or none that may be sent to this address.
    #[default]
    Nothing,
    /// The key in this variable.
    Variable(String),
    /// The token in the configuration.
    Token,
    /// What a command prints.
    Command,
    /// The login of this program.
    Login,
}

impl Signed {
    /// What a provider that refuses does, and what to look at; between the two stands what it says.
    pub fn refused(&self, provider: &str) -> [String; 2] {
        let table = format!("model_providers.{provider}");
        let advice = match self {
            Self::Nothing => {
                return [
                    format!("The model provider `{provider}` asks for credentials, and none were sent"),
                    format!("Name the variable that holds the key for this address in `{table}.env_key`"),
                ];
            }
            Self::Variable(name) => format!("Check the key in the variable `{name}`"),
            Self::Token => format!("Check `{table}.experimental_bearer_token`"),
            Self::Command => format!("Check what the command in `{table}.auth` prints"),
            Self::Login => "Check the API key that is logged in".to_owned(),
        };
        [format!("The model provider `{provider}` does not accept the credentials"), advice]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_is_about_what_was_sent() {
        let text = |signed: Signed| signed.refused("p").join(". ");
        let none = text(Signed::Nothing);
        assert!(none.contains("none were sent") && none.contains("`model_providers.p.env_key`"), "{none}");
        assert!(text(Signed::Variable("KEY".to_owned())).ends_with("the key in the variable `KEY`"));
        assert!(text(Signed::Token).ends_with("`model_providers.p.experimental_bearer_token`"));
        assert!(text(Signed::Command).contains("`model_providers.p.auth`"));
        assert!(text(Signed::Login).ends_with("that is logged in"));
    }
}
