//! Words to Lucene: each argument becomes one clause, and all clauses must hold.
//!
//! Values are put between quotes, which Auth0 matches exactly, with everything escaped that could end the quotes or
//! widen the match. The syntax is the subset that Auth0 documents
//! (<https://auth0.com/docs/deploy-monitor/logs/log-search-query-syntax>).

use auth0_mcp_plugin::{Failure, Moment};

use crate::{arguments::Arguments, event};

/// The query of a search; None where everything is asked for.
pub(crate) fn query(arguments: &Arguments, now: Moment) -> Result<Option<String>, Failure> {
    let words = [
        types(arguments)?,
        one_of(&["user_id", "user_name"], arguments.user.as_deref()),
        one_of(&["ip"], arguments.ip.as_deref()),
        one_of(&["connection", "connection_id"], arguments.connection.as_deref()),
        one_of(&["client_id", "client_name"], arguments.client.as_deref()),
        dates(arguments, now)?,
    ];
    let words: Vec<String> = words.into_iter().flatten().collect();
    let own = arguments.q.as_deref().map(str::trim).filter(|own| !own.is_empty());
    match (own, words.is_empty()) {
        (own, true) => Ok(own.map(str::to_owned)),
        (None, false) => Ok(Some(words.join(" AND "))),
        (Some(own), false) => {
            check_closed(own)?;
            Ok(Some(format!("({own}) AND {}", words.join(" AND "))))
        }
    }
}

/// The codes of `event` and `outcome`, and those of `type`.
fn types(arguments: &Arguments) -> Result<Option<String>, Failure> {
    let Arguments { event, outcome, r#type, .. } = arguments;
    let mut terms = Vec::new();
    if event.is_some() || outcome.is_some() {
        terms.extend(event::codes(*event, *outcome).map(|code| term("type", code)));
        if terms.is_empty() {
            return Err(Failure::InvalidArguments(
                "outcome: this event has none such; leave outcome out".into(),
            ));
        }
    }
    for code in r#type.iter().flatten() {
        let term = term("type", code);
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    Ok(any(terms))
}

fn dates(
    Arguments { since, until, .. }: &Arguments,
    now: Moment,
) -> Result<Option<String>, Failure> {
    let since = since.as_deref().map(|text| Moment::since("since", text, now)).transpose()?;
    let until = until.as_deref().map(|text| Moment::until("until", text, now)).transpose()?;
    if let (Some(since), Some(until)) = (since, until)
        && since > until
    {
        return Err(Failure::InvalidArguments(format!("since ({since}) is after until ({until})")));
    }
    let bound = |moment: Option<Moment>| moment.map_or("*".to_owned(), |moment| moment.to_string());
    let given = since.is_some() || until.is_some();
    Ok(given.then(|| format!("date:[{} TO {}]", bound(since), bound(until))))
}

/// A value that any of these fields may hold.
fn one_of(fields: &[&str], value: Option<&str>) -> Option<String> {
    let value = value?;
    any(fields.iter().map(|field| term(field, value)).collect())
}

fn any(terms: Vec<String>) -> Option<String> {
    match terms.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        several => Some(format!("({})", several.join(" OR "))),
    }
}

/// `field:"value"`, in which nothing of the value is syntax. A wildcard is escaped too, although Lucene knows none
/// between quotes; a control character, which no stored value holds, becomes a space.
fn term(field: &str, value: &str) -> String {
    let mut term = format!("{field}:\"");
    for letter in value.chars() {
        match letter {
            '"' | '\\' | '*' | '?' => term.extend(['\\', letter]),
            control if control.is_control() => term.push(' '),
            plain => term.push(plain),
        }
    }
    term.push('"');
    term
}

/// Whether the caller's own query stays within the parentheses that are put around it.
fn check_closed(own: &str) -> Result<(), Failure> {
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    let mut closed = true;
    for letter in own.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => closed = false,
            },
            _ => {}
        }
    }
    if closed && depth == 0 && !quoted && !escaped {
        return Ok(());
    }
    Err(Failure::InvalidArguments("q: a quote or parenthesis is not closed".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [&str; 2] = ["user_id", "user_name"];

    /// A query cut at its quotes: what is outside of them, and what they hold, unescaped.
    fn cut(query: &str) -> (String, Vec<String>) {
        let (mut outside, mut inside) = (String::new(), Vec::new());
        let mut letters = query.chars();
        while let Some(letter) = letters.next() {
            outside.push(letter);
            if letter != '"' {
                continue;
            }
            let mut value = String::new();
            loop {
                match letters.next().expect("the quote is closed") {
                    '"' => break,
                    '\\' => value.extend(letters.next()),
                    wild @ ('*' | '?') => panic!("{wild} is a wildcard in {query}"),
                    letter => value.push(letter),
                }
            }
            outside.push('"');
            inside.push(value);
        }
        (outside, inside)
    }

    #[track_caller]
    fn stays_inside(value: &str) {
        let query = one_of(&FIELDS, Some(value)).expect("a clause");
        let (outside, inside) = cut(&query);
        assert_eq!(outside, r#"(user_id:"" OR user_name:"")"#, "{value:?}");
        let kept = value.replace(char::is_control, " ");
        assert_eq!(inside, [kept.clone(), kept], "{value:?}");
    }

    #[test]
    fn hostile_values_stay_inside_one_quoted_term() {
        for value in [
            r#"" OR type:*"#,
            r#"x" OR type:* OR user_id:""#,
            r#"\" OR type:*"#,
            r#"\\" OR type:*"#,
            r"ends with \",
            "two\nlines\" OR\r\ntype:*",
            "nul\0 tab\t",
            ") OR (type:*",
            "*",
            "jane*",
            "j?ne",
            "a] TO *",
            "AND NOT ip:\"1\"",
            "auth0|5f7c8ec7",
            "${jndi:x} && || ! ^2 ~ / + -",
            "“quotes” ＂full width＂ \u{2028}\u{202e}",
            "",
        ] {
            stays_inside(value);
        }
    }

    #[test]
    fn so_does_whatever_is_made_of_such_pieces() {
        const PIECES: [&str; 14] =
            ["\"", "\\", "*", "?", ":", "(", ")", " OR ", "type:*", "\n", "\r", "é", "a", "\u{7f}"];
        // A linear congruential generator: the same values in every run.
        let mut state = 1_u64;
        let mut draw = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).expect("31 bits") % below
        };
        for _ in 0..5_000 {
            let value: String = (0..draw(12)).map(|_| PIECES[draw(PIECES.len())]).collect();
            stays_inside(&value);
        }
    }

    #[test]
    fn an_own_query_must_be_closed() {
        for fine in ["", "a", "(a OR b) NOT \"(\"", r"\( \) \\", r#"description:"a \" (b""#] {
            check_closed(fine).expect(fine);
        }
        for open in ["(", ")", "a) OR (b", "\"a", r#"\\"a"#, "a\\", "(\")\""] {
            check_closed(open).expect_err(open);
        }
    }
}
