//! Recorded traffic of the real service against this tenant: `FIDELITY.md` states what is reached.

use std::path::Path;

use tenant::replay::{Report, run};

/// The page that states the figures and the classes, which this test holds to be true.
const PAGE: &str = include_str!("../../FIDELITY.md");

fn replayed() -> Report {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings");
    run(&[folder.join("clients.jsonl"), folder.join("sessions.jsonl")]).unwrap()
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
    assert_eq!(report.skipped, 0);
    for (class, count) in report.classes() {
        assert!(
            PAGE.contains(&format!("| {class} | {count} |")),
            "{class}: {count}\n{}",
            report.details()
        );
    }
}
