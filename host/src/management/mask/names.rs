//! Which names hold secrets. Names are compared without case, `_`, `-`, `.` and spaces, so `client_secret`,
//! `clientSecret` and `Client-Secret` are one name.
//!
//! The exact names are the secret-bearing fields of the Management and Authentication API; the endings catch
//! what customers call theirs (`client_metadata.stripe_api_key`).

/// What a name says about the value below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing: the value is looked at by itself.
    Open,
    /// A string here is a secret; an object is settings. `refresh_token` is both in Auth0: a token in a
    /// token answer, the rotation settings on an application.
    Text,
    /// Every string and number at any depth is a secret.
    All,
    /// Key material: all but the public half.
    Keys,
    /// Named secrets (`secrets` of an action, `setup` of a vault connection): all but the names.
    Named,
}

/// What the name says.
pub(super) fn place(name: &str) -> Place {
    let mut buffer = [0; LONGEST];
    let Some(plain) = plain(name, &mut buffer) else { return Place::Open };
    match plain {
        b"signingkeys" | b"signingkey" | b"encryptionkey" | b"encryptionkeys" => Place::Keys,
        b"secrets" | b"setup" => Place::Named,
        b"clientsecret"
        | b"signingsecret"
        | b"privatekey"
        | b"secretkey"
        | b"storageaccesskey"
        | b"saskey"
        | b"servicepassword"
        | b"masterkey"
        | b"recoverycode"
        | b"recoverycodes"
        | b"oobcode"
        | b"otp"
        | b"passcode"
        | b"custompasswordhash" => Place::All,
        b"secret"
        | b"token"
        | b"ticket"
        | b"password"
        | b"pwd"
        | b"passwd"
        | b"passwordhash"
        | b"authorization"
        | b"proxyauthorization"
        | b"cookie"
        | b"cookies"
        | b"setcookie"
        | b"devicecode"
        | b"usercode"
        | b"verificationcode"
        | b"codeverifier"
        | b"assertion"
        | b"samlresponse"
        | b"connectionstring"
        | b"wrappedkey" => Place::Text,
        _ if ends_like_a_secret(plain) => Place::Text,
        _ => Place::Open,
    }
}

/// Whether a text after this name and `=` or `:` is a secret.
pub(super) fn is_secret(name: &str) -> bool {
    matches!(place(name), Place::Text | Place::All)
}

/// Whether the rest of the line after this name and `:` is a secret, as in a copied HTTP header.
pub(super) fn is_header(name: &str) -> bool {
    let mut buffer = [0; LONGEST];
    matches!(
        plain(name, &mut buffer),
        Some(b"authorization" | b"proxyauthorization" | b"cookie" | b"setcookie")
    )
}

/// The public parts of key material: certificates, public keys, and what describes them.
pub(super) fn is_public_key_part(name: &str) -> bool {
    let mut buffer = [0; LONGEST];
    matches!(
        plain(name, &mut buffer),
        Some(
            b"id"
                | b"kid"
                | b"kty"
                | b"use"
                | b"alg"
                | b"crv"
                | b"x5t"
                | b"x5ts256"
                | b"x5c"
                | b"cert"
                | b"pkcs7"
                | b"subject"
                | b"pub"
                | b"publickey"
                | b"pem"
                | b"name"
                | b"type"
                | b"format"
                | b"fingerprint"
                | b"thumbprint"
                | b"thumbprintsha256"
                | b"createdat"
                | b"updatedat"
                | b"expiresat"
                | b"n"
                | b"e"
        )
    )
}

/// What is said about a named secret beside its value.
pub(super) fn is_secret_label(name: &str) -> bool {
    let mut buffer = [0; LONGEST];
    matches!(
        plain(name, &mut buffer),
        Some(b"name" | b"id" | b"type" | b"createdat" | b"updatedat")
    )
}

/// The private members of a JSON Web Key (RFC 7518, section 6).
pub(super) fn is_private_jwk_member(name: &str) -> bool {
    matches!(name, "d" | "p" | "q" | "dp" | "dq" | "qi" | "oth" | "k")
}

fn ends_like_a_secret(plain: &[u8]) -> bool {
    let ends = |endings: &[&[u8]]| endings.iter().any(|ending| plain.ends_with(ending));
    match plain.last() {
        Some(b't') => ends(&[b"secret"]),
        Some(b'y') => ends(&[
            b"privatekey",
            b"secretkey",
            b"apikey",
            b"accesskey",
            b"sharedkey",
            b"accountkey",
        ]),
        Some(b'n') if ends(&[b"token"]) => {
            !ends(&[b"nexttoken", b"pagetoken", b"continuationtoken"])
        }
        Some(b'n') => ends(&[b"clientassertion"]),
        // Scripts and links of database connections are called `change_password` and the like.
        Some(b'd') if ends(&[b"password"]) => {
            !ends(&[b"changepassword", b"forgotpassword", b"resetpassword"])
        }
        Some(b'd') => ends(&[b"passwd"]),
        Some(b'e') => ends(&[b"passphrase"]),
        _ => false,
    }
}

/// Enough for every name above with a customer's prefix.
const LONGEST: usize = 64;

/// The name in lower case without separators; of a very long one the end, which is what the endings look at.
/// None if nothing is left.
fn plain<'b>(name: &str, buffer: &'b mut [u8; LONGEST]) -> Option<&'b [u8]> {
    let mut start = LONGEST;
    for byte in name.bytes().rev() {
        if matches!(byte, b'_' | b'-' | b'.' | b' ') {
            continue;
        }
        if start == 0 {
            break;
        }
        start -= 1;
        buffer[start] = byte.to_ascii_lowercase();
    }
    (start < LONGEST).then(|| &buffer[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_in_any_case_style() {
        for (names, expected) in [
            (
                "client_secret clientSecret Client-Secret CLIENT_SECRET client.secret clientsecret",
                Place::All,
            ),
            (
                "signing_secret private_key privateKey storageAccessKey sasKey servicePassword masterkey",
                Place::All,
            ),
            ("recovery_code oob_code otp secret_key", Place::All),
            (
                "refresh_token access_token id_token token mfa_token device_code client_assertion",
                Place::Text,
            ),
            (
                "Authorization Set-Cookie X-API-Key api_key password newPassword secret ticket",
                Place::Text,
            ),
            (
                "stripe_api_key webhookSecret datadogApiKey aws_secret_access_key auth_token db_password",
                Place::Text,
            ),
            ("signing_keys signingKey encryption_key", Place::Keys),
            ("secrets setup", Place::Named),
            (
                "name code key value cert pem id_token_signing_alg token_endpoint_auth_method",
                Place::Open,
            ),
            (
                "secret_encoded private_key_jwt private_key_id sasKeyName keyId token_lifetime",
                Place::Open,
            ),
            (
                "token_type token_dialect refresh_tokens next_token change_password credentials",
                Place::Open,
            ),
            ("client_secret_post signing_alg jwt_configuration", Place::Open),
        ] {
            for name in names.split(' ') {
                assert_eq!(place(name), expected, "{name}");
            }
        }
        assert_eq!(place(&format!("{}_api_key", "very_long_name".repeat(20))), Place::Text);
        assert_eq!(place(&format!("{}client_secret", "_".repeat(200))), Place::All);
        assert_eq!(place(""), Place::Open);
        assert_eq!(place("__"), Place::Open);
    }
}
