//! The Action's code: what we write, how we know it again, and whether other code renders the form too.

use auth0_mcp_plugin::Failure;

use super::Trigger;

/// Code that renders one form at one trigger.
#[derive(Clone, Copy, Debug)]
pub(super) struct Renders<'a> {
    /// The form's id, safe inside quotes.
    pub(super) form: &'a str,
    pub(super) trigger: Trigger,
}

impl<'a> Renders<'a> {
    /// # Errors
    /// [`Failure::InvalidArguments`] for an id that no form has: it becomes part of code.
    pub(super) fn new(form: &'a str, trigger: Trigger) -> Result<Self, Failure> {
        if form.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
            return Ok(Self { form, trigger });
        }
        Err(Failure::InvalidArguments("id: a form's id holds only letters, digits, _ and -".into()))
    }

    /// The name of an Action that we make.
    pub(super) fn usual_name(&self) -> String {
        format!("Form {} at {}", self.form, self.trigger.id())
    }

    /// What we write. The continue handler must be there, or the login fails after the form
    /// (Auth0 documents both handlers: <https://auth0.com/docs/customize/forms>).
    pub(super) fn code(&self) -> String {
        let (execute, resume) = match self.trigger {
            Trigger::PostLogin => ("onExecutePostLogin", "onContinuePostLogin"),
            Trigger::PasswordResetPostChallenge => {
                ("onExecutePostChallenge", "onContinuePostChallenge")
            }
        };
        format!(
            "{} While this line stays, the tool may restore the code below it.\n\
             exports.{execute} = async (event, api) => {{\n  api.prompt.render('{}');\n}};\n\n\
             exports.{resume} = async (event, api) => {{}};\n",
            self.marker(),
            self.form
        )
    }

    /// Whether we wrote it, whatever became of the lines below the first.
    pub(super) fn is_ours(&self, code: &str) -> bool {
        code.starts_with(&self.marker())
    }

    fn marker(&self) -> String {
        format!("// Made by auth0_publish_form for form {}.", self.form)
    }

    /// Whether code, comments aside, calls `prompt.render` and names the form. An id that the code reads from elsewhere
    /// is not seen.
    pub(super) fn are_in(&self, code: &str) -> bool {
        let code = without_comments(code);
        let named = ['\'', '"', '`']
            .iter()
            .any(|quote| code.contains(&format!("{quote}{}{quote}", self.form)));
        named && code.contains("prompt.render")
    }
}

/// JavaScript without comments; what looks like one inside a text stays.
fn without_comments(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    let mut quote = None;
    while let Some(letter) = rest.chars().next() {
        let skipped = match (quote, letter) {
            (None, '/') if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            (None, '/') if rest.starts_with("/*") => {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            }
            _ => 0,
        };
        if skipped > 0 {
            rest = &rest[skipped..];
            continue;
        }
        match (quote, letter) {
            (None, '\'' | '"' | '`') => quote = Some(letter),
            // A text in plain quotes ends with its line at the latest; this keeps a lone apostrophe harmless.
            (Some(open), _) if open == letter || (letter == '\n' && open != '`') => quote = None,
            _ => {}
        }
        let escaped = quote.is_some() && letter == '\\';
        let width = rest.chars().take(if escaped { 2 } else { 1 }).map(char::len_utf8).sum();
        kept.push_str(&rest[..width]);
        rest = &rest[width..];
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{Renders, without_comments};
    use crate::publish::Trigger;

    #[test]
    fn our_code_is_known_again() {
        let renders = Renders::new("ap_1", Trigger::PostLogin).expect("an id");
        let code = renders.code();
        let expected = "// Made by auth0_publish_form for form ap_1. While this line stays, the tool may restore the \
            code below it.\nexports.onExecutePostLogin = async (event, api) => {\n  api.prompt.render('ap_1');\n};\n\n\
            exports.onContinuePostLogin = async (event, api) => {};\n";
        assert_eq!(code, expected);
        assert!(renders.is_ours(&code) && renders.are_in(&code));
        let longer = Renders::new("ap_12", Trigger::PostLogin).expect("an id");
        assert!(!longer.is_ours(&code) && !longer.are_in(&code));
        let shorter = Renders::new("ap_", Trigger::PostLogin).expect("an id");
        assert!(!shorter.is_ours(&code) && !shorter.are_in(&code));
        let reset =
            Renders::new("ap_1", Trigger::PasswordResetPostChallenge).expect("an id").code();
        assert!(
            reset.contains("exports.onExecutePostChallenge")
                && reset.contains("exports.onContinuePostChallenge")
        );
    }

    #[test]
    fn other_code_is_read_without_its_comments() {
        let renders = Renders::new("ap_1", Trigger::PostLogin).expect("an id");
        for code in [
            "const FORM_ID = \"ap_1\";\napi.prompt.render(FORM_ID)",
            "const url = 'https://a'; api.prompt.render('ap_1', {})",
            "// don't\napi.prompt.render(`ap_1`)",
        ] {
            assert!(renders.are_in(code), "{code}");
        }
        for code in [
            "// api.prompt.render('ap_1')",
            "/* api.prompt.render('ap_1')\n*/ api.prompt.render('ap_2')",
            "const id = 'ap_1';",
            "api.prompt.render('ap_10')",
            "",
        ] {
            assert!(!renders.are_in(code), "{code}");
        }
    }

    #[test]
    fn texts_are_no_comments() {
        assert_eq!(without_comments("a('//\\'/*') // b\n/* c */d"), "a('//\\'/*') \nd");
        assert_eq!(without_comments("'\\"), "'\\");
        assert_eq!(without_comments("/* é"), "");
    }

    #[test]
    fn an_id_cannot_become_code() {
        Renders::new("a');evil('", Trigger::PostLogin).expect_err("not an id");
    }
}
