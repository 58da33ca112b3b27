//! Reading recordings: family rows, sessions and the bodies that sessions refer to.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::Value;

/// One recorded request and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Interaction {
    /// The cassette: repository, file and version.
    pub(crate) cassette: String,
    pub(crate) date: String,
    pub(crate) index: u64,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) request: Value,
    pub(crate) status: u16,
    pub(crate) fidelity: String,
    pub(crate) response: Value,
}

impl Interaction {
    /// Whether the recorded body can be compared with anything.
    pub(crate) fn has_body(&self) -> bool {
        self.fidelity != "body-lost"
    }

    /// Whether unknown fields were dropped from the recorded body.
    pub(crate) fn is_reserialized(&self) -> bool {
        self.fidelity == "reserialized"
    }
}

/// Everything that was read.
#[derive(Default)]
pub(crate) struct Recordings {
    pub(crate) rows: Vec<Interaction>,
    pub(crate) sessions: Vec<Vec<Interaction>>,
}

/// A line of any of the three kinds of file.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Session(SessionLine),
    Body { id: String, body: Value },
    Row(Box<RowLine>),
}

#[derive(Deserialize)]
struct SessionLine {
    #[serde(default)]
    source_repo: String,
    file: String,
    #[serde(default)]
    date: String,
    interactions: Vec<StepLine>,
}

#[derive(Deserialize)]
struct StepLine {
    i: u64,
    method: String,
    path: String,
    #[serde(default)]
    query: Vec<(String, String)>,
    request: Option<String>,
    status: u16,
    fidelity: String,
    response: Option<String>,
}

#[derive(Deserialize)]
struct RowLine {
    #[serde(default)]
    source_repo: String,
    file: String,
    #[serde(default)]
    date: String,
    #[serde(default)]
    index: u64,
    method: String,
    path: String,
    #[serde(default)]
    query: Option<Vec<(String, String)>>,
    #[serde(default)]
    request_body: Value,
    status: u16,
    #[serde(default)]
    fidelity: Option<String>,
    #[serde(default)]
    response_body: Value,
}

/// Reads files of any kind; for sessions, a `bodies.jsonl` beside them is read too.
pub(crate) fn files(files: &[PathBuf]) -> io::Result<Recordings> {
    let mut recordings = Recordings::default();
    let mut bodies = HashMap::new();
    let mut sessions = Vec::new();
    for file in files {
        for line in lines(file)? {
            match line {
                Line::Row(row) => recordings.rows.push((*row).into()),
                Line::Body { id, body } => drop(bodies.insert(id, body)),
                Line::Session(session) => sessions.push(session),
            }
        }
        let beside = file.with_file_name("bodies.jsonl");
        if !sessions.is_empty() && !files.contains(&beside) && beside.exists() {
            for line in lines(&beside)? {
                if let Line::Body { id, body } = line {
                    bodies.insert(id, body);
                }
            }
        }
    }
    recordings.sessions = sessions.iter().map(|session| session.read(&bodies)).collect();
    Ok(recordings)
}

fn lines(file: &Path) -> io::Result<Vec<Line>> {
    let text = fs::read_to_string(file)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
    let parse = |(number, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| {
            io::Error::other(format!("{}:{}: {error}", file.display(), number + 1))
        })
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(parse).collect()
}

impl SessionLine {
    fn read(&self, bodies: &HashMap<String, Value>) -> Vec<Interaction> {
        let body = |id: &Option<String>| {
            id.as_ref().and_then(|id| bodies.get(id)).cloned().unwrap_or_default()
        };
        let step = |step: &StepLine| Interaction {
            cassette: format!("{} {} {}", self.source_repo, self.file, self.date),
            date: self.date.clone(),
            index: step.i,
            method: step.method.clone(),
            path: step.path.clone(),
            query: step.query.clone(),
            request: body(&step.request),
            status: step.status,
            fidelity: step.fidelity.clone(),
            response: body(&step.response),
        };
        self.interactions.iter().map(step).collect()
    }
}

impl From<RowLine> for Interaction {
    fn from(row: RowLine) -> Self {
        Self {
            cassette: format!("{} {} {}", row.source_repo, row.file, row.date),
            date: row.date,
            index: row.index,
            method: row.method,
            path: row.path,
            query: row.query.unwrap_or_default(),
            request: row.request_body,
            status: row.status,
            fidelity: row.fidelity.unwrap_or_else(|| "raw-body".to_owned()),
            response: row.response_body,
        }
    }
}
