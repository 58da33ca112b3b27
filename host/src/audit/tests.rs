//! The chain under attack and after crashes: what is found is exactly what was done.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::AtomicUsize,
};

use super::{
    verify::{Anchors, Report, verify},
    *,
};

/// A folder of its own for a test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("audit-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn log(&self) -> PathBuf {
        self.0.join("audit.jsonl")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn writer(session: u64) -> Writer {
    Writer { session: format!("{session:016x}"), profile: "test".into() }
}

/// A log with the lines 1 to `lines`.
fn written(log: &Path, lines: u64, max_bytes: u64) {
    let chain = Chain::open(log, max_bytes).unwrap();
    (0..lines).for_each(|calls| chain.append(&writer(1), &Event::Stop { calls }).unwrap());
}

fn check(log: &Path) -> Report {
    verify(&[log.to_owned()], &Anchors::default()).unwrap()
}

/// What was found, as `line: what`.
fn found(log: &Path) -> Vec<String> {
    check(log)
        .findings
        .iter()
        .map(|finding| format!("{}: {}", finding.line, finding.what))
        .collect()
}

fn lines(log: &Path) -> Vec<String> {
    fs::read_to_string(log).unwrap().lines().map(str::to_owned).collect()
}

fn rewrite(log: &Path, lines: &[String]) {
    fs::write(log, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
}

#[test]
fn a_chain_that_was_left_alone_holds_and_names_its_head() {
    let folder = Folder::new();
    written(&folder.log(), 5, u64::MAX);
    written(&folder.log(), 5, u64::MAX);
    let report = check(&folder.log());
    assert!(report.findings.is_empty() && report.torn.is_empty(), "{report:?}");
    assert_eq!((report.lines, report.last), (10, 10));
    let (last, hash) = head(&folder.log()).unwrap();
    assert_eq!((last, hash.to_string()), (10, report.head));
}

#[test]
fn every_changed_byte_is_found_in_its_line() {
    let folder = Folder::new();
    written(&folder.log(), 3, u64::MAX);
    let whole = fs::read(folder.log()).unwrap();
    for at in 0..whole.len() {
        for change in [1_u8, 0xff] {
            let mut changed = whole.clone();
            changed[at] ^= change;
            fs::write(folder.log(), &changed).unwrap();
            let line = whole[..at].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            let report = check(&folder.log());
            let first = report
                .findings
                .first()
                .unwrap_or_else(|| panic!("byte {at} ^ {change}: {report:?}"));
            assert!(first.line == line || whole[at] == b'\n', "byte {at}: {:?}", report.findings);
        }
    }
}

#[test]
fn what_was_done_to_lines_is_said_exactly() {
    let folder = Folder::new();
    let log = folder.log();
    written(&log, 9, u64::MAX);
    let whole = lines(&log);
    let edit = |change: &dyn Fn(&mut Vec<String>)| {
        let mut changed = whole.clone();
        change(&mut changed);
        rewrite(&log, &changed);
        found(&log)
    };
    for n in 0..8 {
        let gone = edit(&|lines| drop(lines.remove(n)));
        assert_eq!(
            gone,
            [format!("{}: the line with number {} is missing before it", n + 1, n + 1)]
        );
        let swapped = edit(&|lines| lines.swap(n, n + 1));
        assert_eq!(
            swapped,
            [format!(
                "{}: it has number {}, and number {} stands at line {}: the lines were put in another order",
                n + 1,
                n + 2,
                n + 1,
                n + 2
            )]
        );
    }
    assert_eq!(
        edit(&|lines| drop(lines.drain(2..5))),
        ["3: the lines with numbers 3 to 5 are missing before it"]
    );
    assert_eq!(
        edit(&|lines| lines.insert(6, lines[2].clone())),
        [
            "7: it has number 3 again, and is a copy of the line that stands at line 3: it was put in"
        ]
    );
    assert_eq!(
        edit(&|lines| lines.insert(3, "{}".into())),
        ["4: it is no line of an audit log: it was changed or put in"]
    );
    assert_eq!(
        edit(&|lines| lines.insert(3, String::new())),
        ["4: it is no line of an audit log: it was changed or put in"]
    );
    assert_eq!(
        edit(&|lines| lines[4] = lines[4].replace("\"calls\":4", "\"calls\":7")),
        ["5: it does not fit its hash: it was changed"]
    );
    assert_eq!(
        edit(&|lines| lines[4] = rehashed(&lines[4].replace("\"calls\":4", "\"calls\":7"))),
        ["6: line 5 was written anew: this line was written after another one"]
    );
    let moved = edit(&|lines| {
        let line = lines.remove(1);
        lines.insert(6, line);
    });
    assert_eq!(
        moved,
        ["2: it has number 3, and number 2 stands at line 7: the lines were put in another order"]
    );
}

/// A line with the hash that its content has.
fn rehashed(line: &str) -> String {
    let body = line.split_once(",\"hash\":").unwrap().0;
    format!("{body},\"hash\":\"{}\"}}", Hash::of(body.as_bytes()))
}

#[test]
fn what_a_chain_cannot_show_shows_against_a_head_from_elsewhere() {
    let folder = Folder::new();
    let log = folder.log();
    written(&log, 6, u64::MAX);
    let (_, hash) = head(&log).unwrap();
    let anchors = Anchors { head: Some(hash), ..Anchors::default() };
    written(&log, 3, u64::MAX);
    assert!(verify(std::slice::from_ref(&log), &anchors).unwrap().findings.is_empty());
    let kept = lines(&log);
    rewrite(&log, &kept[..5]);
    assert!(found(&log).is_empty());
    let report = verify(&[log], &anchors).unwrap();
    assert!(report.findings[0].what.contains("the newest lines were removed"), "{report:?}");
}

#[test]
fn a_torn_line_is_set_aside_and_the_chain_goes_on() {
    let folder = Folder::new();
    let log = folder.log();
    written(&log, 3, u64::MAX);
    let whole = fs::read(&log).unwrap();
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for end in last + 1..whole.len() {
        let bytes = (end - last) as u64;
        fs::write(&log, &whole[..end]).unwrap();
        let report = check(&log);
        assert!(report.findings.is_empty(), "{report:?}");
        assert_eq!((report.torn[0].after_line, report.torn[0].bytes), (2, bytes));
        assert_eq!(report.torn[0].set_aside_by, None);
        let chain = Chain::open(&log, u64::MAX).unwrap();
        chain.append(&writer(2), &Event::Stop { calls: 0 }).unwrap();
        let report = check(&log);
        assert!(report.findings.is_empty(), "{report:?}");
        assert_eq!((report.lines, report.torn[0].bytes), (4, bytes));
        assert_eq!(report.torn[0].set_aside_by.as_deref(), Some("0000000000000002"));
        let session = report.torn[0].session.as_deref();
        assert_eq!(session, (bytes >= 79).then_some("0000000000000001"), "{bytes}");
        // What was set aside cannot be changed either.
        let mut changed = fs::read(&log).unwrap();
        changed[last] ^= 1;
        fs::write(&log, changed).unwrap();
        assert_eq!(found(&log)[0], "3: it does not fit its hash: it was changed");
    }
}

#[test]
fn a_crash_while_a_torn_line_is_set_aside_is_one_torn_line() {
    let folder = Folder::new();
    let log = folder.log();
    written(&log, 2, u64::MAX);
    let two = fs::read(&log).unwrap();
    let mut torn = two.clone();
    torn.extend_from_slice(b"{\"file\":1,\"seq\":3,\"ti");
    torn.extend_from_slice(b"{\"file\":1,\"seq\":3,\"time\":\"2026");
    fs::write(&log, &torn).unwrap();
    written(&log, 1, u64::MAX);
    let report = check(&log);
    assert!(report.findings.is_empty(), "{report:?}");
    assert_eq!(report.torn[0].bytes, (torn.len() - two.len()) as u64);
    // Even if nothing but a torn line was ever written.
    fs::write(&log, &torn[two.len()..]).unwrap();
    written(&log, 1, u64::MAX);
    let report = check(&log);
    assert!(report.findings.is_empty() && report.torn[0].after_line == 0, "{report:?}");
}

#[test]
fn nothing_is_written_behind_a_line_that_was_changed() {
    let folder = Folder::new();
    let log = folder.log();
    written(&log, 3, u64::MAX);
    let whole = fs::read(&log).unwrap();
    for at in [whole.len() - 1, whole.len() - 2, whole.len() - 100] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&log, &changed).unwrap();
        let error =
            Chain::open(&log, u64::MAX).unwrap().append(&writer(1), &Event::Stop { calls: 0 });
        assert!(error.unwrap_err().to_string().contains("audit verify"));
        assert_eq!(fs::read(&log).unwrap(), changed);
    }
}

#[test]
fn full_files_are_put_aside_and_the_chain_goes_on_across_them() {
    let folder = Folder::new();
    let log = folder.log();
    written(&log, 20, 1000);
    let report = check(&log);
    assert!(report.findings.is_empty(), "{report:?}");
    assert!(report.lines == 20 && report.files.len() > 3, "{report:?}");
    assert_eq!(report.files.last(), Some(&log));
    // A crash between two files.
    fs::rename(&log, place::numbered(&log, report.files.len() as u64)).unwrap();
    assert!(found(&log).is_empty());
    written(&log, 1, 1000);
    let report = check(&log);
    assert!(report.findings.is_empty() && report.lines == 21, "{report:?}");

    let second = place::numbered(&log, 2);
    let kept = fs::read(&second).unwrap();
    fs::remove_file(&second).unwrap();
    let findings = found(&log);
    assert!(
        findings.len() == 1
            && findings[0].contains("the file 2 before it is missing, with the numbers"),
        "{findings:?}"
    );
    fs::write(&second, &kept).unwrap();
    // The first file is in an archive: its head vouches for it.
    let first = place::numbered(&log, 1);
    let hash = check(&first).head;
    fs::remove_file(&first).unwrap();
    assert!(found(&log)[0].contains("the file 1 before it is missing"));
    let anchors = Anchors { after: Hash::parse(&hash), ..Anchors::default() };
    let report = verify(std::slice::from_ref(&log), &anchors).unwrap();
    assert!(report.findings.is_empty(), "{report:?}");
    let anchors = Anchors { after: Some(Hash::of(b"other")), ..Anchors::default() };
    assert!(!verify(&[log], &anchors).unwrap().findings.is_empty());
}

#[test]
fn several_writers_keep_one_chain() {
    let folder = Folder::new();
    let log = folder.log();
    std::thread::scope(|scope| {
        for session in 0..4 {
            let log = log.clone();
            scope.spawn(move || {
                let chain = Chain::open(&log, 20_000).unwrap();
                (0..200).for_each(|calls| {
                    chain.append(&writer(session), &Event::Stop { calls }).unwrap()
                });
            });
        }
    });
    let report = check(&log);
    assert!(report.findings.is_empty(), "{report:?}");
    assert!(report.lines == 800 && report.files.len() > 5, "{report:?}");
}

#[cfg(unix)]
#[test]
fn files_are_private_and_links_are_not_followed() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = Folder::new();
    let log = folder.log();
    let append = || {
        Chain::open(&log, u64::MAX)
            .and_then(|chain| chain.append(&writer(1), &Event::Stop { calls: 0 }))
    };
    append().unwrap();
    for file in [&log, &place::lock(&log)] {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    fs::set_permissions(&log, fs::Permissions::from_mode(0o660)).unwrap();
    assert!(append().unwrap_err().to_string().contains("chmod go-w"));
    let elsewhere = folder.0.join("elsewhere");
    for target_is_there in [false, true] {
        fs::remove_file(&log).unwrap();
        symlink(&elsewhere, &log).unwrap();
        assert!(append().unwrap_err().to_string().contains("a link"), "{target_is_there}");
        assert_eq!(elsewhere.exists(), target_is_there);
        fs::write(&elsewhere, "").unwrap();
    }
    assert_eq!(fs::read(&elsewhere).unwrap(), b"");
    let nowhere = folder.0.join("no/audit.jsonl");
    let error = Chain::open(&nowhere, 1).err().unwrap().to_string();
    assert!(error.contains("does not exist: create it"), "{error}");
}
