//! Recorded traffic of the real service against this tenant: `FIDELITY.md` states what is reached.

use std::path::Path;

use tenant::replay::{Report, run};

/// The page that states the figures and the classes, which this test holds to be true.
const PAGE: &str = include_str!("../../FIDELITY.md");

const FILES: [&str; 5] = [
    "clients.jsonl",
    "resource-servers.jsonl",
    "client-grants.jsonl",
    "logs.jsonl",
    "sessions.jsonl",
];
/// Families whose rows are among the files, with a line of their own in the page.
const FAMILIES: [&str; 4] = ["clients", "resource-servers", "client-grants", "logs"];

fn replayed() -> Report {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings");
    run(&FILES.map(|file| folder.join(file))).unwrap()
}

/// Interactions, status and shape that the page states for a source.
fn stated(source: &str) -> (usize, f64, f64) {
    let line = PAGE.lines().find(|line| line.starts_with(&format!("| {source} | "))).unwrap();
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    (cells[2].parse().unwrap(), cells[3].parse().unwrap(), cells[5].parse().unwrap())
}

#[test]
fn the_stated_figures_are_reached_and_every_mismatch_has_a_class() {
    let report = replayed();
    for source in ["rows", "sessions"] {
        let figure = report.total(source);
        let (interactions, status, shape) = stated(source);
        assert_eq!(figure.total, interactions, "{source}");
        assert!(figure.status_percent() >= status, "{source}: {figure:?}");
        assert!(figure.shape_percent() >= shape, "{source}: {figure:?}");
        assert!(status >= 95.0 && shape >= 95.0, "{source}: the aim is 95 %");
    }
    for family in FAMILIES {
        let start = format!("| {family} | ");
        let line = PAGE.lines().find(|line| line.starts_with(&start)).unwrap();
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        for (source, cells) in [("rows", &cells[2..6]), ("sessions", &cells[6..10])] {
            let figure = report.family(source, family);
            let stated = [figure.total, figure.aged].map(|count| count.to_string());
            assert_eq!([cells[0], cells[1]], stated, "{source} of {family}");
            let [status, shape] = [cells[2], cells[3]].map(|cell| cell.parse::<f64>().unwrap());
            assert!(figure.status_percent() >= status, "{source} of {family}: {figure:?}");
            assert!(figure.shape_percent() >= shape, "{source} of {family}: {figure:?}");
            assert!(status >= 95.0 && shape >= 95.0, "{source} of {family}: the aim is 95 %");
        }
    }
    assert_eq!(report.skipped, 0);
    for (class, count) in report.classes() {
        assert!(
            PAGE.contains(&format!("| {class} | {count} |")),
            "{class}: {count}\n{}",
            report.details()
        );
    }
}
