//! What proof costs, in this process: a signature over a component, and a line of the audit log on a real disk.

use std::{fs, io::Cursor, path::Path, time::Instant};

use anyhow::{Context, Result, ensure};
use auth0_mcp::{
    audit::{Audit, AuditSettings, DEFAULT_MAX_BYTES, event::Event},
    catalog::{
        admit::signature::{Signer, verify},
        store::BUNDLE,
    },
    policy::{Publisher, Rule},
};
use minisign::KeyPair;

use crate::figures::{Latencies, Series, microseconds};

const SIGNATURES: usize = 50;
const LINES: usize = 2000;

/// Microseconds.
pub(crate) struct Proof {
    /// The signature of one of the product's own components.
    pub(crate) signature: Series,
    /// The size of that component, in bytes.
    pub(crate) component: usize,
    /// A line of the audit log, p50 and p99. A call with one request has three.
    pub(crate) line: (f64, f64),
}

pub(crate) fn measure(folder: &Path) -> Result<Proof> {
    let plugin = BUNDLE.first().context("the bundle is empty")?;
    let signature = signature(plugin.component)?;
    Ok(Proof { signature, component: plugin.component.len(), line: line(folder)? })
}

fn signature(component: &[u8]) -> Result<Series> {
    let pair = KeyPair::generate_unencrypted_keypair()?;
    let signature = minisign::sign(None, &pair.sk, Cursor::new(component), None, None)?.to_string();
    let rule = Rule { file: "bench".into(), line: 1, column: 1, text: String::new() };
    let publishers = [Publisher { name: "bench".to_owned(), key: pair.pk.to_base64(), rule }];
    let once = |_| {
        let began = Instant::now();
        let signer = verify(component, Some(&signature), &publishers)?;
        let took = microseconds(began.elapsed());
        ensure!(matches!(signer, Signer::Publisher(_)), "the signature does not hold");
        Ok(took)
    };
    (0..SIGNATURES).map(once).collect()
}

fn line(folder: &Path) -> Result<(f64, f64)> {
    let folder = folder.join("audit");
    fs::create_dir_all(&folder)?;
    let settings = AuditSettings {
        file: Some(folder.join("audit.jsonl")),
        max_bytes: DEFAULT_MAX_BYTES,
        required: None,
        overruled: None,
    };
    let audit = Audit::open(&settings, "bench", &Event::Stop { calls: 0 })?;
    let once = |_| {
        let began = Instant::now();
        audit.refuse(Some("auth0_get_application"), "invalid-arguments", None);
        began.elapsed()
    };
    let times = Latencies::new((0..LINES).map(once).collect());
    Ok((times.percentile(0.5) * 1e3, times.percentile(0.99) * 1e3))
}
