//! The pages themselves, in the order in which a user meets them.

use std::collections::BTreeMap;

use super::html::{Text, document};
use crate::{
    Shared,
    oauth::{ABOUT_USER, ActivationError, OFFLINE, Question, USER_EMAIL},
};

/// The form for the code; after a code that did not work, with what is wrong.
pub(super) fn enter(failed: Option<(&str, ActivationError)>) -> String {
    let (title, error, described, invalid) = match &failed {
        None => ("Connect a device", String::new(), "code-hint", ""),
        Some((_, error)) => {
            let text = format!(
                "<p class=\"error\" id=\"code-error\" role=\"alert\"><strong>{}</strong> {}</p>",
                what(*error),
                Text(advice(*error))
            );
            let invalid = " aria-invalid=\"true\"";
            ("Error: connect a device", text, "code-hint code-error", invalid)
        }
    };
    let typed = Text(failed.map_or("", |(typed, _)| typed));
    let main = format!(
        r#"<h1>Connect a device</h1>
{error}<form method="get" action="/activate">
<label for="user_code">Enter the code that your terminal shows</label>
<p class="hint" id="code-hint">Eight letters, such as WDJB-MJHT. Capitals and the hyphen do not matter.</p>
<input class="code" id="user_code" name="user_code" value="{typed}" type="text" required autofocus maxlength="32" autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" aria-describedby="{described}"{invalid}>
<div class="actions"><button class="primary" type="submit">Continue</button></div>
</form>"#
    );
    document(title, &main)
}

fn what(error: ActivationError) -> &'static str {
    match error {
        ActivationError::Unknown => "This code is not known.",
        ActivationError::Expired => "This code has expired.",
        ActivationError::Used => "This code has been used.",
        ActivationError::NoSuchTenant => "This tenant cannot be chosen.",
    }
}

fn advice(error: ActivationError) -> &'static str {
    match error {
        ActivationError::Unknown => "Compare it with your terminal and type it again.",
        ActivationError::Expired | ActivationError::Used => {
            "Start signing in again in your terminal and enter the new code."
        }
        ActivationError::NoSuchTenant => "Enter the code again and choose one that is listed.",
    }
}

/// The question: which application, which code, which tenant, which scopes.
pub(super) fn ask(shared: &Shared, question: &Question, domains: &[String], seal: &str) -> String {
    let application = Text(&question.application);
    let code = Text(&question.user_code);
    let seal = Text(seal);
    let tenants = tenants(domains);
    let permissions = permissions(&shared.scopes, &question.scopes);
    let main = format!(
        r#"<h1>Let {application} in?</h1>
<p>You are signed in as <strong>{USER_EMAIL}</strong>.</p>
<div class="check"><p id="code-label">Go on only if your terminal shows this code:</p>
<p class="code" aria-labelledby="code-label">{code}</p></div>
<form method="post" action="/activate">
<input type="hidden" name="user_code" value="{code}">
<input type="hidden" name="seal" value="{seal}">
{tenants}
{permissions}
<div class="actions"><button type="submit" name="decision" value="deny">Deny</button>
<button class="primary" type="submit" name="decision" value="allow">Allow</button></div>
</form>"#
    );
    document(&format!("Let {} in?", question.application), &main)
}

fn tenants(domains: &[String]) -> String {
    if let [only] = domains {
        let only = Text(only);
        return format!(
            "<h2>Tenant</h2>\n<p><code>{only}</code></p>\n\
             <input type=\"hidden\" name=\"tenant\" value=\"{only}\">"
        );
    }
    let option = |(number, domain): (usize, &String)| {
        let domain = Text(domain);
        let checked = if number == 0 { " checked" } else { "" };
        format!(
            "<li><label class=\"option\"><input type=\"radio\" name=\"tenant\" value=\"{domain}\" \
             required{checked}><span><code>{domain}</code></span></label></li>\n"
        )
    };
    let options: String = domains.iter().enumerate().map(option).collect();
    format!("<fieldset><legend>Tenant</legend>\n<ul>\n{options}</ul></fieldset>")
}

/// The scopes, each with a box that can be unticked, one group for each kind of object.
fn permissions(known: &BTreeMap<String, String>, asked: &[String]) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for scope in asked.iter().filter(|scope| known.contains_key(*scope)) {
        let name = group(scope);
        match groups.iter_mut().find(|(group, _)| *group == name) {
            Some((_, scopes)) => scopes.push(scope),
            None => groups.push((name, vec![scope])),
        }
    }
    let unknown: Vec<String> = asked
        .iter()
        .filter(|scope| !known.contains_key(*scope))
        .map(|scope| format!("<code>{}</code>", Text(scope)))
        .collect();
    let refused = match unknown.as_slice() {
        [] => String::new(),
        unknown => format!(
            "<p class=\"note\">Asked for, but unknown here, so not granted: {}.</p>\n",
            unknown.join(", ")
        ),
    };
    if groups.is_empty() {
        return format!(
            "<h2>Permissions</h2>\n<p>The application asks for none. It can sign in, and nothing \
             else.</p>\n{refused}"
        );
    }
    let groups: String =
        groups.iter().map(|(name, scopes)| fieldset(known, name, scopes)).collect();
    format!(
        "<h2>Permissions</h2>\n<p class=\"hint\">Untick anything that it should not do.</p>\n\
         <div class=\"groups\">\n{groups}</div>\n{refused}"
    )
}

fn fieldset(known: &BTreeMap<String, String>, name: &str, scopes: &[&str]) -> String {
    let option = |scope: &&str| {
        let words = known.get(*scope).map_or("", String::as_str);
        let mark = if changes(scope) { " <span class=\"mark\">changes data</span>" } else { "" };
        let (scope, words) = (Text(scope), Text(words));
        format!(
            "<li><label class=\"option\"><input type=\"checkbox\" name=\"scope\" \
             value=\"{scope}\" checked><span>{words} <code>{scope}</code>{mark}</span></label></li>\n"
        )
    };
    let options: String = scopes.iter().map(option).collect();
    format!("<fieldset><legend>{}</legend>\n<ul>\n{options}</ul></fieldset>\n", Text(name))
}

/// `update:client_grants` belongs to "Client grants".
fn group(scope: &str) -> String {
    if scope == OFFLINE || ABOUT_USER.contains(&scope) {
        return "Your account".to_owned();
    }
    let object = scope.split_once(':').map_or(scope, |(_, object)| object).replace('_', " ");
    let mut letters = object.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn changes(scope: &str) -> bool {
    scope.contains(':') && !scope.starts_with("read:")
}

/// After Allow.
pub(super) fn success() -> String {
    result(
        "Device connected",
        "You can close this window and go back to your terminal.",
        "connected",
    )
}

/// After Deny.
pub(super) fn denied() -> String {
    result(
        "Device not connected",
        "You refused, so the application received nothing. You can close this window.",
        "refused",
    )
}

fn result(title: &str, text: &str, class: &str) -> String {
    let main = format!(
        "<div class=\"result {class}\" role=\"status\">\n<h1>{title}</h1>\n<p>{text}</p>\n</div>"
    );
    document(title, &main)
}

/// A form that came without its cookie, or from elsewhere.
pub(super) fn stale(code: &str) -> String {
    let main = format!(
        "<h1>Nothing was decided</h1>\n<p class=\"error\" role=\"alert\"><strong>This form is no \
         longer valid.</strong> It may be too old, or your browser refuses cookies.</p>\n\
         <p><a href=\"/activate?user_code={}\">Read the question again</a></p>",
        Text(&form_urlencoded::byte_serialize(code.as_bytes()).collect::<String>())
    );
    document("Error: nothing was decided", &main)
}

/// Any other failure.
pub(super) fn failure(text: &str) -> String {
    let main = format!(
        "<h1>That did not work</h1>\n<p class=\"error\" role=\"alert\">{}</p>\n\
         <p><a href=\"/activate\">Enter a code</a></p>",
        Text(text)
    );
    document("Error", &main)
}
