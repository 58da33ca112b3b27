//! Whether what stands behind a secret's name at the start of a line is its value, or only says where the
//! value comes from: `client_secret: event.secrets.CLIENT_SECRET`, `token = await getToken(id)`.

/// What makes an expression of a word: calls, templates, operators, quotes.
const OF_EXPRESSIONS: &[char] =
    &['(', ')', '[', ']', '{', '}', '<', '>', '|', '&', '?', '"', '\'', '`', '$', '\\', '*'];

/// Objects that hold secrets at run time.
const HOLDERS: [&str; 6] =
    ["event.", "process.env.", "context.", "configuration.", "global.", "env."];

/// Whether the rest of a line in a file of settings or a copied request is one value.
pub(super) fn is_value(line: &str) -> bool {
    let word = line.trim_end_matches([',', ';']);
    let is_word = !word.is_empty() && !word.contains(char::is_whitespace);
    let is_nothing =
        ["null", "none", "true", "false", "undefined", "required", "optional", "string"]
            .iter()
            .any(|nothing| word.eq_ignore_ascii_case(nothing));
    is_word
        && !is_nothing
        && word.len() >= 3
        && !word.starts_with(['{', '[', '$', '(', '=', '<', '"', '\'', '`', '*', '\\'])
        && !HOLDERS.iter().any(|holder| word.starts_with(holder))
}

/// As [`is_value`], in source code. `assigned` is for `name=value`, as in a file of variables.
pub(super) fn is_code_value(line: &str, assigned: bool) -> bool {
    let word = line.trim_end_matches([',', ';']);
    if !is_value(line) || word.contains(OF_EXPRESSIONS) {
        return false;
    }
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return word.len() >= 4;
    }
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if word.bytes().all(is_name) {
        let ends_line = word.len() == line.len();
        return (word.len() >= 16 && digits >= 3) || (assigned && ends_line && digits > 0);
    }
    let is_path = word.bytes().all(|b| is_name(b) || b == b'.');
    !is_path && word.len() >= 8 && (digits > 0 || word.contains('-'))
}

/// Whether the rest of a line of source code is the value of a header.
pub(super) fn is_header_value(line: &str) -> bool {
    const OPERATORS: [&str; 6] = [" + ", " ? ", " || ", " && ", " ?? ", " => "];
    const WORDS: [&str; 4] = ["await ", "new ", "typeof ", "async "];
    if !line.contains(' ') && !line.contains('=') {
        return is_code_value(line, false);
    }
    !line.contains(['"', '\'', '`', '(', ')', '{', '}'])
        && !line.ends_with(',')
        && !OPERATORS.iter().any(|operator| line.contains(operator))
        && !WORDS.iter().any(|word| line.starts_with(word))
}

/// Whether there is a digit in the word.
pub(super) fn has_digits(line: &str) -> bool {
    line.bytes().any(|b| b.is_ascii_digit())
}
