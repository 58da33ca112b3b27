//! Every way from a draft to what runs, against a scripted tenant.

use serde_json::{Value, json};

use super::{Deployed, deploy};
use crate::{Failure, Refusal, actions::Progress, testing::Script};

/// An Action in a state of its build, with version `live` running (0: none) and the draft deployed or not.
fn action(status: &str, live: u64, deployed: bool) -> Value {
    let mut action =
        json!({ "id": "a", "name": "Greet", "status": status, "all_changes_deployed": deployed });
    if live > 0 {
        action["deployed_version"] = json!({ "id": format!("v{live}"), "number": live });
    }
    action
}

fn states(states: &[(&str, u64, bool)]) -> Script {
    states.iter().fold(Script::new(), |script, (status, live, deployed)| {
        script.answer(200, action(status, *live, *deployed))
    })
}

fn run(script: &Script) -> Result<Deployed, Failure> {
    deploy("a", &mut Progress::new(script))
}

/// Runs it to a failure and gives its text.
#[track_caller]
fn fails(script: &Script) -> String {
    match run(script) {
        Err(Failure::Other(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// How often `POST …/deploy` was sent.
fn deploys(script: &Script) -> usize {
    script.sent().iter().filter(|line| *line == "POST actions/actions/a/deploy").count()
}

#[test]
fn a_build_is_waited_for_then_deployed_and_confirmed() {
    let script = states(&[("pending", 0, false), ("building", 0, false), ("packaged", 0, false)])
        .answer(200, action("built", 0, false))
        .answer(200, json!({ "id": "v1", "number": 1, "deployed": false }))
        .answer(200, action("built", 0, false))
        .answer(200, action("built", 1, true));
    let done = run(&script).expect("deployed");
    assert_eq!((done.changed, done.action.number(), done.note), (true, 1, None));
    assert_eq!(script.sent().len(), 7);
    assert_eq!(
        script.told(),
        [
            "build: pending",
            "build: building",
            "build: packaged",
            "deploying",
            "waiting for the switch to the new version"
        ]
    );
}

#[test]
fn nothing_changed_is_not_deployed_again() {
    let script = states(&[("built", 4, true)]);
    let done = run(&script).expect("deployed");
    assert_eq!((done.changed, done.action.number()), (false, 4));
    assert_eq!(deploys(&script), 0);
}

#[test]
fn a_failed_build_says_why_and_what_runs() {
    let mut failed = action("failed", 2, false);
    failed["errors"] = json!([{ "id": "x", "msg": "Unexpected token" }, { "id": "npm_install" }]);
    let script = states(&[("building", 2, false), ("retrying", 2, false)]).answer(200, failed);
    let text = fails(&script);
    assert_eq!(
        text,
        "the build of 'Greet' failed; nothing was deployed, version 2 still runs. Unexpected token; npm_install"
    );
    assert_eq!(deploys(&script), 0);

    let mut silent = action("failed", 0, false);
    silent["dependencies"] = json!([{ "name": "crypto", "version": "17.7.1" }]);
    let text = fails(&Script::new().answer(200, silent));
    assert!(text.ends_with("no version runs. Auth0 gives no reason; check that these npm packages exist: crypto@17.7.1"), "{text}");
    assert!(fails(&states(&[("failed", 0, false)])).contains("syntax error"));
}

#[test]
fn time_can_run_out_in_the_build() {
    let script = states(&[("building", 1, false); 3]).within(800);
    let text = fails(&script);
    assert!(text.contains("still running (status building)"), "{text}");
    assert!(text.contains("nothing was deployed, version 1 still runs. Call again"), "{text}");
    assert_eq!(deploys(&script), 0);
}

#[test]
fn time_can_run_out_in_the_switch() {
    let script = states(&[("built", 1, false)])
        .answer(200, json!({ "id": "v2", "number": 2 }))
        .answer(200, action("built", 1, false))
        .within(200);
    let text = fails(&script);
    assert!(text.starts_with("Auth0 accepted version 2 but does not run it yet"), "{text}");
}

#[test]
fn a_draft_that_changes_before_the_deploy_is_waited_for_again() {
    let refused = json!({ "statusCode": 400, "error": "Bad Request",
        "message": "A draft must be in the 'built' state before it can be deployed." });
    let script = states(&[("built", 0, false)])
        .answer(400, refused.clone())
        .answer(200, action("building", 0, false))
        .answer(200, action("built", 0, false))
        .answer(200, json!({ "id": "v1", "number": 1 }))
        .answer(200, action("built", 1, true));
    assert!(run(&script).expect("deployed").changed);

    let script = (0..3).fold(Script::new(), |script, _| {
        script.answer(200, action("built", 0, false)).answer(400, refused.clone())
    });
    assert!(fails(&script).contains("nothing was deployed"));
}

#[test]
fn what_others_do_meanwhile_is_stated() {
    let overtaken = states(&[("built", 1, false)])
        .answer(200, json!({ "id": "v2", "number": 2 }))
        .answer(200, action("built", 3, true));
    let note = run(&overtaken).expect("deployed").note.expect("a note");
    assert!(note.contains("deployed version 2; version 3"), "{note}");

    let edited = states(&[("built", 1, false)])
        .answer(200, json!({ "id": "v2", "number": 2 }))
        .answer(200, action("building", 2, false));
    let note = run(&edited).expect("deployed").note.expect("a note");
    assert!(note.contains("changed the draft"), "{note}");
}

#[test]
fn other_answers_are_passed_on() {
    let script = Script::new().answer(404, json!({ "message": "That action does not exist." }));
    let Err(Failure::Tenant(error)) = run(&script) else { panic!("found") };
    assert_eq!(error.message, "Action with id 'a' not found. (That action does not exist.)");

    let script = states(&[("built", 0, false)]).refuse(Refusal::SessionExpired);
    assert_eq!(run(&script).expect_err("refused"), Failure::Refused(Refusal::SessionExpired));

    let script =
        states(&[("built", 0, false)]).answer(400, json!({ "message": "Invalid Request Body." }));
    assert!(matches!(run(&script), Err(Failure::Tenant(_))));
}

#[test]
fn a_look_that_fails_does_not_hide_what_is_known() {
    let script = states(&[("building", 1, false)]).refuse(Refusal::TimedOut);
    assert!(fails(&script).contains("still running (status building)"));

    let accepted =
        || states(&[("built", 1, false)]).answer(200, json!({ "id": "v2", "number": 2 }));
    let text = fails(&accepted().refuse(Refusal::TimedOut));
    assert!(text.starts_with("Auth0 accepted version 2 but does not run it yet"), "{text}");
    let text = fails(&accepted().refuse(Refusal::SessionExpired));
    assert!(text.contains("sign in again. Auth0 had accepted version 2"), "{text}");
    let Err(Failure::Tenant(error)) = run(&accepted().answer(500, json!({ "message": "No." })))
    else {
        panic!("confirmed")
    };
    assert!(error.message.starts_with("No. Auth0 had accepted version 2"), "{}", error.message);
}
