//! Whose certificates are believed: the system's, plus what the operator adds.
//!
//! On Linux the usual crates let `SSL_CERT_FILE` *replace* the system's certificates, so that adding a
//! company CA would cut the host off from Auth0. Here the file always adds: on Linux (and the BSDs) the
//! system's bundle is read from the places where distributions keep it, without asking the environment; on
//! macOS and Windows the operating system verifies, with our certificates as extra roots.

use std::{
    io,
    path::{Path, PathBuf},
};

use reqwest::{Certificate, ClientBuilder};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

/// The certificates to believe.
#[derive(Clone, Debug)]
pub struct Trust {
    system: bool,
    extra: Vec<CertificateDer<'static>>,
}

/// Why certificates cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TrustError {
    /// The file of `SSL_CERT_FILE` cannot be read.
    #[error("SSL_CERT_FILE: {} cannot be read ({reason}): correct the path or unset it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's word.
        reason: String,
    },
    /// The file of `SSL_CERT_FILE` holds nothing to trust.
    #[error("SSL_CERT_FILE: {} holds no usable certificate: it must be PEM with `BEGIN CERTIFICATE`", .0.display())]
    NoCertificate(PathBuf),
    /// A CA that this program made itself cannot be read back.
    #[error("the extra CA is not a usable PEM certificate")]
    BadCa,
    /// Linux without the package that brings CA certificates.
    #[error(
        "no CA certificates were found on this system: install the package ca-certificates, or name a file in SSL_CERT_FILE"
    )]
    NoRoots,
    /// The TLS library refuses what it was given.
    #[error("TLS cannot be set up: {0}")]
    Setup(String),
}

impl Trust {
    /// The system's certificates.
    #[must_use]
    pub fn system() -> Self {
        Self { system: true, extra: Vec::new() }
    }

    /// These certificates (PEM) and no others: for the local tenant, which brings its own CA.
    ///
    /// # Errors
    /// [`TrustError::BadCa`] if there is none in the text.
    pub fn only(pem: &str) -> Result<Self, TrustError> {
        Self { system: false, extra: Vec::new() }.with_ca(pem)
    }

    /// Adds certificates (PEM).
    ///
    /// # Errors
    /// [`TrustError::BadCa`] if there is none in the text.
    pub fn with_ca(mut self, pem: &str) -> Result<Self, TrustError> {
        let found = usable(pem.as_bytes());
        if found.is_empty() {
            return Err(TrustError::BadCa);
        }
        self.extra.extend(found);
        Ok(self)
    }

    /// Adds the certificates of a PEM file, as `SSL_CERT_FILE` names one. Certificates in it that cannot be
    /// used are skipped, as in the system's bundle.
    ///
    /// # Errors
    /// If the file cannot be read or holds no usable certificate.
    pub fn with_file(mut self, path: &Path) -> Result<Self, TrustError> {
        let unreadable = |error: io::Error| TrustError::Unreadable {
            path: path.into(),
            reason: error.to_string(),
        };
        let found = usable(&std::fs::read(path).map_err(unreadable)?);
        if found.is_empty() {
            return Err(TrustError::NoCertificate(path.into()));
        }
        self.extra.extend(found);
        Ok(self)
    }

    /// Tells a client builder. Reads the system's certificates, which costs some milliseconds.
    pub(crate) fn apply(&self, builder: ClientBuilder) -> Result<ClientBuilder, TrustError> {
        let mut roots = self.extra.clone();
        if !self.system {
            return Ok(builder.tls_certs_only(certificates(&roots)?));
        }
        if cfg!(all(unix, not(target_vendor = "apple"), not(target_os = "android"))) {
            roots.extend(bundle::load());
            if roots.is_empty() {
                return Err(TrustError::NoRoots);
            }
            return Ok(builder.tls_certs_only(certificates(&roots)?));
        }
        Ok(builder.tls_certs_merge(certificates(&roots)?))
    }
}

/// The certificates in a PEM text that can be trust anchors.
fn usable(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    let mut store = RootCertStore::empty();
    CertificateDer::pem_slice_iter(pem)
        .filter_map(Result::ok)
        .filter(|der| store.add(der.clone()).is_ok())
        .collect()
}

fn certificates(roots: &[CertificateDer<'static>]) -> Result<Vec<Certificate>, TrustError> {
    roots
        .iter()
        .map(|der| Certificate::from_der(der).map_err(|e| TrustError::Setup(e.to_string())))
        .collect()
}

/// The system's certificates where they are plain files.
mod bundle {
    use std::{fs, path::Path};

    use super::{CertificateDer, usable};

    /// One file with every certificate, most common place first.
    const FILES: [&str; 9] = [
        "/etc/ssl/certs/ca-certificates.crt", // Debian, Ubuntu, Arch, Gentoo, NixOS
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Fedora, RHEL
        "/etc/pki/tls/certs/ca-bundle.crt",   // older Fedora, RHEL
        "/etc/ssl/ca-bundle.pem",             // openSUSE
        "/etc/ssl/cert.pem",                  // Alpine, OpenBSD
        "/usr/local/etc/ssl/cert.pem",        // FreeBSD
        "/usr/local/share/certs/ca-root-nss.crt", // DragonFly BSD
        "/etc/openssl/certs/ca-certificates.crt", // NetBSD
        "/etc/certs/ca-certificates.crt",     // illumos
    ];

    /// One file for each certificate, where there is no bundle.
    const FOLDERS: [&str; 2] = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

    pub(super) fn load() -> Vec<CertificateDer<'static>> {
        let files = FILES.iter().filter_map(|path| fs::read(path).ok()).map(|pem| usable(&pem));
        let mut folders = FOLDERS.iter().map(|path| folder(Path::new(path)));
        files
            .into_iter()
            .find(|found| !found.is_empty())
            .or_else(|| folders.find(|found| !found.is_empty()))
            .unwrap_or_default()
    }

    fn folder(path: &Path) -> Vec<CertificateDer<'static>> {
        let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
        entries
            .flatten()
            .filter_map(|entry| fs::read(entry.path()).ok())
            .flat_map(|pem| usable(&pem))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_file_is_named() {
        let missing = Path::new("/nonexistent/ca.pem");
        let error = Trust::system().with_file(missing).unwrap_err().to_string();
        assert!(
            error.contains("/nonexistent/ca.pem") && error.contains("SSL_CERT_FILE"),
            "{error}"
        );

        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let error = Trust::system().with_file(&file).unwrap_err().to_string();
        assert!(error.contains("Cargo.toml") && error.contains("no usable certificate"), "{error}");
        assert!(matches!(
            Trust::only("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
            Err(TrustError::BadCa)
        ));
    }
}
