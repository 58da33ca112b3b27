//! What counts as a secret in a text, as a table of texts. A full block stands for what is masked.

use super::*;

const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl-_";

fn check(reading: Reading, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let expected = expected.replace('█', REDACTED);
        let found = mask(text, reading);
        assert_eq!(found.as_deref().unwrap_or(text), expected, "in {text}");
        let again = mask(&expected, reading).unwrap_or_else(|| expected.clone());
        assert_eq!(again, expected, "once more: {text}");
    }
}

#[test]
fn shapes_are_found_in_any_text() {
    for reading in [Reading::Line, Reading::Code] {
        let jwt = |text: &str| text.replace("JWT", JWT);
        check(
            reading,
            &[
                (&jwt("JWT"), "█"),
                (&jwt("a JWT, b JWT"), "a █, b █"),
                (&jwt("tokenJWT"), "token█"),
                (&jwt("Bearer JWT"), "Bearer █"),
                ("eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn", "█"),
                ("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", "█"),
                ("eyJuYW1lIjoiYXV0aDAifQ", "eyJuYW1lIjoiYXV0aDAifQ"),
                ("eyJuYW1lIjoiYXV0aDAifQ.js", "eyJuYW1lIjoiYXV0aDAifQ.js"),
                ("bearer opaque-token-of-some-length x", "bearer █ x"),
                ("Bearer abcd1234", "Bearer █"),
                ("Bearer token missing", "Bearer token missing"),
                ("Bearer authentication", "Bearer authentication"),
                ("Bearer my-***ken", "Bearer my-***ken"),
                ("Basic dXNlcjpwYXNz", "Basic █"),
                ("Basic authentication", "Basic authentication"),
                ("mongodb://user:pa55@db.example/x", "mongodb://user:█@db.example/x"),
                ("https://ghp_0123456789abcdef@github.com/x", "https://█@github.com/x"),
                ("https://example.com/@scope/pkg:1", "https://example.com/@scope/pkg:1"),
                ("mailto:jane@example.com", "mailto:jane@example.com"),
                ("-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\n", "█\n"),
                ("a-----BEGIN PRIVATE KEY-----\\nMII\\n-----END PRIVATE KEY-----b", "a█b"),
                ("-----BEGIN EC PRIVATE KEY-----\nMII cut", "█"),
                (
                    "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
                    "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
                ),
                ("https://x/lo/reset?ticket=abc123#", "https://x/lo/reset?ticket=█#"),
                (
                    "https://x/cb?code=abc&state=s&id_token=t",
                    "https://x/cb?code=█&state=s&id_token=█",
                ),
                (
                    "/r?to=https%3A%2F%2Fx%3Fa%3D1%26ticket%3Dabc&b=2",
                    "/r?to=https%3A%2F%2Fx%3Fa%3D1%26ticket%3D█&b=2",
                ),
                (r#"{"client_secret":"abc","a":1}"#, r#"{"client_secret":"█","a":1}"#),
                (
                    r#"{\"client_secret\": \"a b\", \"x\": \"y\"}"#,
                    r#"{\"client_secret\": \"█\", \"x\": \"y\"}"#,
                ),
                (r#"{"password":"a\"b","otp":123456}"#, r#"{"password":"█","otp":█}"#),
                (r#"{"refresh_token":{"leeway":0}}"#, r#"{"refresh_token":{"leeway":0}}"#),
                (r#"{"password":""}"#, r#"{"password":""}"#),
                (r#"{"api_key":"cut off"#, r#"{"api_key":"█"#),
                ("const apiKey = 'sk_live_1234';", "const apiKey = '█';"),
                (
                    "https://x/i?invitation=abc&organization=o&X-Amz-Signature=0a1b&signature=s",
                    "https://x/i?invitation=█&organization=o&X-Amz-Signature=█&signature=█",
                ),
                ("?invitation_url=https%3A%2F%2Fx&a=1", "?invitation_url=█&a=1"),
                (r#"{"client_secret":["a","b]"],"c":[1]}"#, r#"{"client_secret":█,"c":[1]}"#),
                (
                    r#"{\"client_secrets\":[\"a\"],\"c\":[1]}"#,
                    r#"{\"client_secrets\":█,\"c\":[1]}"#,
                ),
                (r#"{"client_secret":[]}"#, r#"{"client_secret":[]}"#),
                (r#"{"client_secret":["cut o"#, r#"{"client_secret":█"#),
                (
                    r#"{"refresh_token":{"rotation_type":"rotating","x":"y"},"a":"b"}"#,
                    r#"{"refresh_token":{"rotation_type":"rotating","x":"y"},"a":"b"}"#,
                ),
                (
                    r#"{"password":{"enabled":true,"api_behavior":"required"}}"#,
                    r#"{"password":{"enabled":true,"api_behavior":"required"}}"#,
                ),
                (
                    r#"{"token":{"type":"t","value":"abc"},"a":"b"}"#,
                    r#"{"token":{"type":"t","value":"█"},"a":"b"}"#,
                ),
                (
                    r#"{\"secret\":[{\"id\":\"1\",\"x\":{\"y\":\"abc\"}}],\"a\":\"b\"}"#,
                    r#"{\"secret\":[{\"id\":\"1\",\"x\":{\"y\":\"█\"}}],\"a\":\"b\"}"#,
                ),
                ("?ticket={{ticket}}&token=${token}", "?ticket={{ticket}}&token=${token}"),
                ("2026-05-29T10:45:58.888Z", "2026-05-29T10:45:58.888Z"),
                (
                    "https://api.example.com:8443/v1?page=2&sort=date:-1",
                    "https://api.example.com:8443/v1?page=2&sort=date:-1",
                ),
                (
                    "client_secret_post=1 token_type=Bearer",
                    "client_secret_post=1 token_type=Bearer",
                ),
            ],
        );
    }
}

#[test]
fn lines_are_read_generously() {
    check(
        Reading::Line,
        &[
            ("client_secret=abc", "client_secret=█"),
            ("grant_type=password&password=p%40ss!&x=1", "grant_type=password&password=█&x=1"),
            ("failed with client_secret=abc, sorry", "failed with client_secret=█, sorry"),
            ("Authorization: Digest a=b c", "Authorization: █"),
            ("password: hunter2-hunter2", "password: █"),
            ("wrong password: too short", "wrong password: too short"),
            ("client_secret: \"a b\"", "client_secret: \"█\""),
            ("token=█", "token=█"),
            ("errorCode=x statusCode=401", "errorCode=x statusCode=401"),
            (
                "GET / HTTP/1.1\r\nAuthorization: ApiKey abc\r\nCookie: a=\"b\"; c=d\r\nHost: x",
                "GET / HTTP/1.1\r\nAuthorization: █\r\nCookie: █\r\nHost: x",
            ),
            ("Cookie: a=b\\r\\nHost: x", "Cookie: █\\r\\nHost: x"),
            ("client_secret=abc\nx=1", "client_secret=█\nx=1"),
            ("client_secret = abc\nx=1", "client_secret = █\nx=1"),
            ("client_secret: abc\npassword: hunter", "client_secret: █\npassword: █"),
            (
                "a:\n  client_secret: event.secrets.KEY,\n  b",
                "a:\n  client_secret: event.secrets.KEY,\n  b",
            ),
        ],
    );
}

#[test]
fn code_keeps_what_only_names_a_secret() {
    check(
        Reading::Code,
        &[
            (
                "client_secret: event.secrets.CLIENT_SECRET,",
                "client_secret: event.secrets.CLIENT_SECRET,",
            ),
            (
                "const token = await getToken(event.secrets.KEY);",
                "const token = await getToken(event.secrets.KEY);",
            ),
            ("token=event.secrets.TOKEN_123456;", "token=event.secrets.TOKEN_123456;"),
            ("if (a&&token=getToken1(b)) {", "if (a&&token=getToken1(b)) {"),
            (
                "errors.password = 'Please enter your password';",
                "errors.password = 'Please enter your password';",
            ),
            (
                "<input name=\"password\" type=\"password\">",
                "<input name=\"password\" type=\"password\">",
            ),
            (
                "fetch(`${url}?api_key=${event.secrets.KEY}`)",
                "fetch(`${url}?api_key=${event.secrets.KEY}`)",
            ),
            ("fetch('https://x/?api_key=abc123&b=1')", "fetch('https://x/?api_key=█&b=1')"),
            ("client_secret: \"abc123def\"", "client_secret: \"█\""),
            ("authorization: token", "authorization: token"),
            ("  authorization: 'x ' + token,\n", "  authorization: 'x ' + token,\n"),
            ("  password,\n  token: accessToken,\n", "  password,\n  token: accessToken,\n"),
            ("token=getToken1(b)\nsecret=a.b1.c\n", "token=getToken1(b)\nsecret=a.b1.c\n"),
            ("client_secret=abc123\nx=1", "client_secret=█\nx=1"),
            ("# x\nclient_secret: s3cr3t-value\n", "# x\nclient_secret: █\n"),
            ("/*\n Authorization: ApiKey abc\n*/", "/*\n Authorization: █\n*/"),
            (" Cookie: a=b; c=d\r\nX-Api-Key: 0a1b-2c3d", " Cookie: █\r\nX-Api-Key: █"),
            ("type: ok ? 'token' : 'code',", "type: ok ? 'token' : 'code',"),
        ],
    );
}

#[test]
fn any_text_is_read_without_a_panic() {
    let mut random = fastrand::Rng::with_seed(3);
    let pieces = [
        "eyJ",
        ".",
        "-----BEGIN ",
        "PRIVATE KEY-----",
        "-----END ",
        "Bearer ",
        " ",
        "=",
        ":",
        "%3D",
        "%",
        "\\",
        "\"",
        "'",
        "client_secret",
        "token",
        "://",
        "@",
        "\u{20ac}",
        "\u{1f600}",
        "code",
        "&",
        "?",
        "abc12345678",
        "\n",
    ];
    for _ in 0..50_000 {
        let text: String =
            (0..random.usize(0..14)).map(|_| pieces[random.usize(0..pieces.len())]).collect();
        for reading in [Reading::Line, Reading::Code] {
            let _ = mask(&text, reading);
        }
    }
}

/// What every rule looks for, and what it looks through.
const TRIGGERS: [&str; 30] = [
    "eyJ",
    "eyJa.",
    " ",
    "Bearer ",
    "Basic ",
    "token=",
    "?token=",
    "otp=",
    ":otp",
    ":token",
    ":password",
    "secret=\"",
    "secret=\\\"",
    "secret=\\\\'",
    "token: ",
    "\"token\":[",
    "\"token\":{",
    "\\",
    "\"",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
    "ticket=",
    "://a:",
    "{\"",
    "QUJDREVGR0g",
    "%3d",
    "(",
    "\n",
    "Cookie: ",
    "_-",
];

/// How often each byte of the text is looked at, at most.
fn steps_per_byte(text: &str, reading: Reading) -> usize {
    steps::TAKEN.set(0);
    let _ = mask(text, reading);
    steps::TAKEN.get() / text.len()
}

#[test]
fn the_time_grows_with_the_length_and_no_faster() {
    const LENGTH: usize = 32 << 10;
    for reading in [Reading::Line, Reading::Code] {
        for (one, other) in TRIGGERS.iter().flat_map(|a| TRIGGERS.iter().map(move |b| (a, b))) {
            let pair = format!("{one}{other}");
            let halves =
                one.repeat(LENGTH / 2 / one.len()) + &other.repeat(LENGTH / 2 / other.len());
            for text in [pair.repeat(LENGTH / pair.len()), halves] {
                let steps = steps_per_byte(&text, reading);
                assert!(steps <= 32, "{reading:?} {one:?} {other:?}: {steps}");
            }
        }
        // Quotes that never close, each with more backslashes than the one before.
        for quote in ['"', '\'', '`'] {
            let open = |slashes| format!("token={}{quote}", "\\".repeat(slashes));
            let text = (0..300).map(open).collect::<String>() + " ";
            let steps = steps_per_byte(&text, reading);
            assert!(steps <= 64, "{reading:?} {quote}: {steps}");
        }
    }
}
