//! Components in OCI registries, as `oras`, `wkg` and `wasm-tools` users push them: an image manifest whose config
//! has the type of Wasm components and whose one Wasm layer is the component.
//!
//! A registry is not trusted: sizes are bounded, every digest is checked, plain HTTP is spoken with this machine
//! alone. A tag is a name that its owner can move, so what was found under it is recorded by digest.

use std::{
    fmt,
    io::Error,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use oci_client::{
    Client, Reference,
    client::{ClientConfig, ClientProtocol},
    manifest::{OciDescriptor, OciImageManifest},
    secrets::RegistryAuth,
};
use tokio::{io::AsyncWrite, time::timeout};

use super::{LARGEST, signature};

/// How a reference to an image begins.
pub const SCHEME: &str = "oci://";

/// The media type of a component.
const WASM: &str = "application/wasm";

/// The media type of the config of an image that holds a component.
const WASM_CONFIG: &str = "application/vnd.wasm.config.v0+json";

/// The media type of a layer that is the component's minisign signature; a layer whose title ends with
/// `.minisig` is one too, which is how `oras push` names it.
const MINISIG: &str = "application/vnd.minisign.signature";

/// The annotation of a layer that is its file's name.
const TITLE: &str = "org.opencontainers.image.title";

/// From the first byte sent to the last byte received.
const TIME: Duration = Duration::from_secs(120);

/// How long a registry may be silent.
const SILENCE: Duration = Duration::from_secs(20);

/// One image: a tag, a digest, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image(Reference);

/// Why a registry gave nothing. The operator reads it.
#[derive(Debug, thiserror::Error)]
pub enum OciError {
    /// Not a reference.
    #[error("`oci://{reference}` is no image: {problem}")]
    Reference {
        /// As it was given.
        reference: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The registry refused, or could not be reached.
    #[error("{image}: {problem}")]
    Registry {
        /// The image.
        image: String,
        /// What happened.
        problem: String,
    },
    /// The image holds something else.
    #[error("{image} holds no component: {problem}")]
    Kind {
        /// The image.
        image: String,
        /// What it holds.
        problem: String,
    },
    /// More bytes than a component can have.
    #[error("the component of {image} has {size} bytes; the limit is {limit} bytes")]
    TooLarge {
        /// The image.
        image: String,
        /// As the registry says.
        size: i64,
        /// The limit, in bytes.
        limit: usize,
    },
    /// Too slow.
    #[error("{image}: the registry took more than {seconds} s")]
    Time {
        /// The image.
        image: String,
        /// The limit, in seconds.
        seconds: u64,
    },
}

impl Image {
    /// Reads what follows `oci://`: `host/name:tag`, `host/name@sha256:…`, or both.
    ///
    /// # Errors
    /// It is no reference, or names neither tag nor digest.
    pub fn parse(text: &str) -> Result<Self, OciError> {
        let refuse = |problem: String| OciError::Reference {
            reference: text.escape_debug().take(300).collect(),
            problem,
        };
        let reference: Reference = text.parse().map_err(|error| refuse(format!("{error}")))?;
        // The library would take Docker's registry and the tag `latest`: both are guesses.
        let host = text.split('/').next().unwrap_or_default();
        if host == text || !(host.contains(['.', ':']) || host == "localhost") {
            return Err(refuse("write the registry's host, as in oci://host/name:tag".to_owned()));
        }
        let name = text.rsplit('/').next().unwrap_or_default();
        if !name.contains([':', '@']) {
            return Err(refuse("write a tag or a digest: name:tag or name@sha256:…".to_owned()));
        }
        Ok(Self(reference))
    }

    /// Gets the component and its signature, and the image with its digest.
    pub(super) async fn pull(&self) -> Result<(Self, Vec<u8>, Option<String>), OciError> {
        let pulled = timeout(TIME, self.pull_slowly()).await;
        let seconds = TIME.as_secs();
        pulled.unwrap_or_else(|_| Err(OciError::Time { image: self.to_string(), seconds }))
    }

    async fn pull_slowly(&self) -> Result<(Self, Vec<u8>, Option<String>), OciError> {
        let client = self.client()?;
        let pulled = client.pull_image_manifest(&self.0, &RegistryAuth::Anonymous).await;
        let (manifest, digest) = pulled.map_err(|error| self.failed(error))?;
        let layer = self.component_layer(&manifest)?;
        let component = self.blob(&client, layer, LARGEST).await?;
        let signature = match manifest.layers.iter().find(|layer| is_signature(layer)) {
            Some(layer) => {
                let bytes = self.blob(&client, layer, signature::LARGEST as usize).await?;
                Some(String::from_utf8_lossy(&bytes).into_owned())
            }
            None => None,
        };
        Ok((self.pinned(digest), component, signature))
    }

    /// The same image with its digest; the tag stays, for `plugin update`.
    fn pinned(&self, digest: String) -> Self {
        let tag = self.0.tag().map(str::to_owned);
        let (host, name) = (self.0.registry().to_owned(), self.0.repository().to_owned());
        Self(match tag {
            Some(tag) => Reference::with_tag_and_digest(host, name, tag, digest),
            None => Reference::with_digest(host, name, digest),
        })
    }

    fn client(&self) -> Result<Client, OciError> {
        let registry = self.0.resolve_registry();
        let protocol = if is_loopback(registry) {
            ClientProtocol::HttpsExcept(vec![registry.to_owned()])
        } else {
            ClientProtocol::Https
        };
        let config = ClientConfig {
            protocol,
            connect_timeout: Some(SILENCE),
            read_timeout: Some(SILENCE),
            user_agent: concat!("auth0-mcp/", env!("CARGO_PKG_VERSION")),
            // A component is the same for every platform: an index of several is something else.
            platform_resolver: None,
            ..ClientConfig::default()
        };
        Client::try_from(config).map_err(|error| self.failed(error))
    }

    /// The one layer that is the component.
    fn component_layer<'a>(
        &self,
        manifest: &'a OciImageManifest,
    ) -> Result<&'a OciDescriptor, OciError> {
        let kind = |problem: String| OciError::Kind { image: self.to_string(), problem };
        let config = &manifest.config.media_type;
        if config != WASM_CONFIG {
            let found = config.escape_debug().take(100).collect::<String>();
            return Err(kind(format!("its config is `{found}` and not `{WASM_CONFIG}`")));
        }
        let mut layers = manifest.layers.iter().filter(|layer| layer.media_type == WASM);
        match (layers.next(), layers.next()) {
            (Some(layer), None) => Ok(layer),
            (Some(_), Some(_)) => Err(kind(format!("it has several layers of type `{WASM}`"))),
            (None, _) => {
                let found: Vec<_> = manifest
                    .layers
                    .iter()
                    .take(5)
                    .map(|layer| layer.media_type.escape_debug().take(100).collect::<String>())
                    .collect();
                Err(kind(format!("it has no layer of type `{WASM}`, but {}", found.join(", "))))
            }
        }
    }

    /// The bytes of a layer; the library compares them with the layer's digest.
    async fn blob(
        &self,
        client: &Client,
        layer: &OciDescriptor,
        limit: usize,
    ) -> Result<Vec<u8>, OciError> {
        let size = layer.size;
        if usize::try_from(size).map_or(true, |size| size > limit) {
            return Err(OciError::TooLarge { image: self.to_string(), size, limit });
        }
        if !layer.digest.starts_with("sha256:") {
            let problem = "its layers are not named by SHA-256".to_owned();
            return Err(OciError::Kind { image: self.to_string(), problem });
        }
        let mut bytes = Bounded { bytes: Vec::new(), limit };
        let pulled = client.pull_blob(&self.0, layer, &mut bytes).await;
        pulled.map_err(|error| self.failed(error))?;
        Ok(bytes.bytes)
    }

    fn failed(&self, error: oci_client::errors::OciDistributionError) -> OciError {
        let mut problem = error.to_string();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(inner) = cause.source() {
            let text = inner.to_string();
            if !problem.contains(&text) {
                problem = format!("{problem}: {text}");
            }
            cause = inner;
        }
        let problem = problem.escape_debug().take(500).collect();
        OciError::Registry { image: self.to_string(), problem }
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", self.0)
    }
}

fn is_signature(layer: &OciDescriptor) -> bool {
    let title = layer.annotations.as_ref().and_then(|known| known.get(TITLE));
    layer.media_type == MINISIG || title.is_some_and(|title| title.ends_with(".minisig"))
}

/// Whether a registry is on this machine: then, and only then, plain HTTP is spoken.
fn is_loopback(registry: &str) -> bool {
    let host = match registry.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => registry.rsplit_once(':').map_or(registry, |(host, _)| host),
    };
    let ip = host.parse::<std::net::IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

/// Bytes up to a limit, whatever the registry said of their number.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl AsyncWrite for Bounded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize, Error>> {
        if bytes.len() > self.limit - self.bytes.len() {
            let text = format!("the registry sends more than {} bytes", self.limit);
            return Poll::Ready(Err(Error::other(text)));
        }
        self.bytes.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_say_host_and_version() {
        let good = [
            "127.0.0.1:5000/hello:1.0",
            "localhost/hello:1",
            "ghcr.io/acme/tools/hello:1.0.0",
            &format!("ghcr.io/acme/hello@sha256:{}", "a".repeat(64)),
            &format!("ghcr.io/acme/hello:1@sha256:{}", "a".repeat(64)),
        ];
        for text in good {
            assert_eq!(Image::parse(text).unwrap().to_string(), format!("oci://{text}"));
        }
        let bad = [
            ("hello:1", "registry's host"),
            ("acme/hello:1", "registry's host"),
            ("ghcr.io/acme/hello", "a tag or a digest"),
            ("", "no image"),
            ("ghcr.io/acme/hello@sha256:abc", "no image"),
            ("ghcr.io/ACME/hello:1", "no image"),
            ("user:secret@ghcr.io/hello:1", "no image"),
        ];
        for (text, words) in bad {
            let error = Image::parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        for (registry, expected) in [
            ("127.0.0.1:5000", true),
            ("localhost", true),
            ("localhost:5000", true),
            ("[::1]:5000", true),
            ("127.0.0.1.example.com:5000", false),
            ("localhost.example.com", false),
            ("192.168.0.1:5000", false),
            ("ghcr.io", false),
        ] {
            assert_eq!(is_loopback(registry), expected, "{registry}");
        }
    }
}
