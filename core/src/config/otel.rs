//! `[otel]`: where facts about the work go for whoever runs collectors, if anywhere.
//!
//! Without it nothing is gathered and nothing sent. Headers are secrets: they name their senders to a collector. What is
//! written here is checked as far as the text goes; files are read by who uses them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use serde::Deserialize;

use crate::base::secret::Secret;

/// The environment of those who name none.
const DEFAULT_ENVIRONMENT: &str = "dev";

/// `[otel]`. What else the public codex knows in it is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct OtelSettings {
    /// Goes along with everything that is sent.
    pub environment: Option<String>,
    /// Whether what the user says is sent, too, and not only how long it is.
    pub log_user_prompt: bool,
    pub exporter: OtelExporter,
}

impl OtelSettings {
    pub fn environment(&self) -> &str {
        self.environment.as_deref().unwrap_or(DEFAULT_ENVIRONMENT)
    }

    pub fn is_off(&self) -> bool {
        self.exporter == OtelExporter::None
    }
}

/// The way to a collector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OtelExporter {
    #[default]
    None,
    OtlpHttp(OtlpHttp),
    OtlpGrpc(OtlpGrpc),
}

/// Requests to one address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OtlpHttp {
    /// The whole address, such as `https://collector.example/v1/logs`.
    pub endpoint: Endpoint,
    #[serde(default)]
    pub headers: Headers,
    #[serde(default)]
    pub protocol: OtlpProtocol,
    #[serde(default)]
    pub tls: TlsFiles,
}

/// Calls of a server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OtlpGrpc {
    /// The server, such as `https://collector.example:4317`.
    pub endpoint: Endpoint,
    #[serde(default)]
    pub headers: Headers,
    #[serde(default)]
    pub tls: TlsFiles,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OtlpProtocol {
    #[default]
    Binary,
    Json,
}

/// Files of PEM.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct TlsFiles {
    /// Who vouches for the collector, besides those whom the system trusts.
    #[serde(alias = "ca_certificate")]
    pub ca_certificate: Option<PathBuf>,
    /// Who we are; with the key.
    #[serde(alias = "client_certificate")]
    pub client_certificate: Option<PathBuf>,
    #[serde(alias = "client_private_key")]
    pub client_private_key: Option<PathBuf>,
}

impl TlsFiles {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An address that can be used.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Endpoint(String);

impl Endpoint {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Endpoint {
    type Error = String;

    // What was written is not quoted: it may hold a password.
    fn try_from(text: String) -> Result<Self, String> {
        let example = "write one like `http://127.0.0.1:4318/v1/logs`";
        let url = Url::parse(text.trim())
            .map_err(|error| format!("the endpoint is not an address ({error}); {example}"))?;
        match url.scheme() {
            "http" | "https" if !url.username().is_empty() || url.password().is_some() => {
                Err("the endpoint has a user name or a password; send them as a header".to_owned())
            }
            "http" | "https" if url.has_host() => Ok(Self(text.trim().to_owned())),
            _ => Err(format!("the endpoint is neither http nor https; {example}")),
        }
    }
}

/// Headers that can be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, Secret>")]
pub struct Headers(BTreeMap<String, Secret>);

impl Headers {
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Secret)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl TryFrom<BTreeMap<String, Secret>> for Headers {
    type Error = String;

    fn try_from(headers: BTreeMap<String, Secret>) -> Result<Self, String> {
        for (name, value) in &headers {
            HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| format!("`{name}` cannot be the name of a header"))?;
            HeaderValue::from_str(value.reveal()).map_err(|_| {
                format!("the value of the header `{name}` cannot be sent; leave out control characters")
            })?;
        }
        Ok(Self(headers))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::config::document;
    use crate::config::file::ConfigToml;

    fn check(text: &str, expected: Expect) {
        let (settings, wrong) = ConfigToml::read(document::parse(text).unwrap());
        let lines: String =
            wrong.iter().map(|wrong| format!("{}: {}\n", wrong.path.join("."), wrong.message)).collect();
        let read = settings.otel.map(|otel| format!("{otel:#?}\n")).unwrap_or_default();
        expected.assert_eq(&(lines + &read));
    }

    #[test]
    fn exporters_are_read_and_headers_are_secrets() {
        check(
            "[otel]\nenvironment = \"staging\"\nlog_user_prompt = true\ntrace_exporter = \"none\"\n\
             [otel.exporter.otlp-http]\nendpoint = \"https://c.example/v1/logs\"\nprotocol = \"json\"\n\
             headers = { authorization = \"very secret\" }\n\
             [otel.exporter.otlp-http.tls]\nca-certificate = \"/ca.pem\"\nclient_private_key = \"/key.pem\"\n",
            expect![[r#"
                OtelSettings {
                    environment: Some(
                        "staging",
                    ),
                    log_user_prompt: true,
                    exporter: OtlpHttp(
                        OtlpHttp {
                            endpoint: Endpoint(
                                "https://c.example/v1/logs",
                            ),
                            headers: Headers(
                                {
                                    "authorization": [secret],
                                },
                            ),
                            protocol: Json,
                            tls: TlsFiles {
                                ca_certificate: Some(
                                    "/ca.pem",
                                ),
                                client_certificate: None,
                                client_private_key: Some(
                                    "/key.pem",
                                ),
                            },
                        },
                    ),
                }
            "#]],
        );
    }

    #[test]
    fn nothing_is_configured_by_default() {
        check(
            "[otel]\nexporter = \"none\"\n",
            expect![[r#"
                OtelSettings {
                    environment: None,
                    log_user_prompt: false,
                    exporter: None,
                }
            "#]],
        );
        assert_eq!(OtelSettings::default().environment(), "dev");
        assert!(OtelSettings::default().is_off());
    }

    #[test]
    fn what_is_wrong_is_named_and_no_secret_is_quoted() {
        check(
            "[otel]\nexporter = \"statsig\"\n",
            expect![[r#"
            otel.exporter: unknown variant `statsig`, expected one of `none`, `otlp-http`, `otlp-grpc`
        "#]],
        );
        check(
            "[otel.exporter.otlp-http]\nprotocol = \"json\"\n",
            expect![[r#"
                otel.exporter.otlp-http: missing field `endpoint`
            "#]],
        );
        check(
            "[otel.exporter.otlp-http]\nendpoint = \"ftp://me:password@h\"\n",
            expect![[r#"
                otel.exporter.otlp-http.endpoint: the endpoint is neither http nor https; write one like `http://127.0.0.1:4318/v1/logs`
            "#]],
        );
        check(
            "[otel.exporter.otlp-grpc]\nendpoint = \"https://me:password@h\"\n",
            expect![[r#"
            otel.exporter.otlp-grpc.endpoint: the endpoint has a user name or a password; send them as a header
        "#]],
        );
        check(
            "[otel.exporter.otlp-grpc]\nendpoint = \"localhost\"\n",
            expect![[r#"
                otel.exporter.otlp-grpc.endpoint: the endpoint is not an address (relative URL without a base); write one like `http://127.0.0.1:4318/v1/logs`
            "#]],
        );
        check(
            "[otel.exporter.otlp-grpc]\nendpoint = \"http://h\"\nheaders = { a = \"secret\\n\" }\n",
            expect![[r#"
                otel.exporter.otlp-grpc.headers: the value of the header `a` cannot be sent; leave out control characters
            "#]],
        );
        check(
            "[otel.exporter.otlp-grpc]\nendpoint = \"http://h\"\nheaders = { \"a b\" = \"secret\" }\n",
            expect![[r#"
                otel.exporter.otlp-grpc.headers: `a b` cannot be the name of a header
            "#]],
        );
        check(
            "[otel.exporter.otlp-http]\nendpoint = \"http://h\"\nprotocol = \"xml\"\n",
            expect![[r#"
                otel.exporter.otlp-http.protocol: unknown variant `xml`, expected `binary` or `json`
            "#]],
        );
    }
}
