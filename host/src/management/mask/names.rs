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
    /// A string here is a secret; of an object, what [is no setting](is_setting). `refresh_token` is both in
    /// Auth0: a token in a token answer, the rotation settings on an application.
    Text,
    /// Inside such an object.
    Held,
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
        | b"usercode"
        | b"verificationcode"
        | b"custompasswordhash" => Place::All,
        b"secret" | b"token" | b"ticket" | b"ticketid" | b"invitationurl"
        | b"sumosourceaddress" | b"password" | b"pass" | b"pwd" | b"passwd" | b"passwordhash"
        | b"cookie" | b"cookies" | b"setcookie" | b"devicecode" | b"codeverifier"
        | b"assertion" | b"samlresponse" | b"connectionstring" | b"wrappedkey" => Place::Text,
        _ if ends_like_a_secret(plain) => Place::Text,
        _ => Place::Open,
    }
}

/// Whether a text after this name and `=` or `:` is a secret.
pub(super) fn is_secret(name: &str) -> bool {
    matches!(place(name), Place::Text | Place::All)
}

/// Whether a text after this parameter of a URL and `=` is a secret. Elsewhere these are common words.
pub(super) fn is_secret_parameter(name: &str) -> bool {
    let mut buffer = [0; LONGEST];
    match plain(name, &mut buffer) {
        Some(b"code" | b"invitation" | b"sig") => true,
        Some(plain) => plain.ends_with(b"signature"),
        None => false,
    }
}

/// Whether the rest of the line after this name and `:` is a secret, as in a copied HTTP header.
pub(super) fn is_header(name: &str) -> bool {
    let mut buffer = [0; LONGEST];
    match plain(name, &mut buffer) {
        Some(b"cookie" | b"setcookie") => true,
        Some(plain) => plain.ends_with(b"authorization"),
        None => false,
    }
}

/// Whether a text below this name is source code, or a page that may hold some.
pub(super) fn is_code(name: &str) -> bool {
    let mut buffer = [0; LONGEST];
    matches!(
        plain(name, &mut buffer),
        Some(
            b"code"
                | b"script"
                | b"scripts"
                | b"customscripts"
                | b"customloginpage"
                | b"customloginpagepreview"
                | b"html"
                | b"template"
                | b"formtemplate"
                | b"javascript"
                | b"sourcecode"
        )
    )
}

/// Whether a member of an object below a secret's name is a setting or a label, and not the secret: lifetimes
/// of a `refresh_token`, the behaviour of `password` as a way to sign in, the mode of a session's `cookie`.
pub(super) fn is_setting(name: &str) -> bool {
    const ENDINGS: [&[u8]; 12] = [
        b"type",
        b"lifetime",
        b"behavior",
        b"length",
        b"size",
        b"policy",
        b"policies",
        b"metadata",
        b"createdat",
        b"updatedat",
        b"expiresat",
        b"exchangedat",
    ];
    let mut buffer = [0; LONGEST];
    let Some(plain) = plain(name, &mut buffer) else { return false };
    ENDINGS.iter().any(|ending| plain.ends_with(ending))
        || matches!(
            plain,
            b"id"
                | b"name"
                | b"kind"
                | b"mode"
                | b"method"
                | b"methods"
                | b"status"
                | b"format"
                | b"alg"
                | b"kid"
                | b"leeway"
                | b"expiresin"
                | b"audience"
                | b"scope"
                | b"scopes"
                | b"userid"
                | b"clientid"
                | b"sessionid"
                | b"device"
                | b"resourceservers"
                | b"connection"
                | b"strategy"
                | b"provider"
                | b"title"
                | b"label"
                | b"description"
                | b"placeholder"
        )
}

/// Whether an object below this name holds settings or texts only, although a string would be a secret: the
/// screens of the login pages.
pub(super) fn is_settings_object(name: &str) -> bool {
    let mut buffer = [0; LONGEST];
    matches!(plain(name, &mut buffer), Some(b"loginpassword" | b"signuppassword"))
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
    match plain {
        // The names of secrets that an action has read, in its log entry; a setting of language models.
        b"accessedsecrets" | b"maxtokens" => false,
        [one @ .., b's'] if one.ends_with(b"pas") => ends_like_one_secret(plain),
        [one @ .., b's'] => ends_like_one_secret(one),
        one => ends_like_one_secret(one),
    }
}

fn ends_like_one_secret(plain: &[u8]) -> bool {
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
            b"writekey",
            b"serverkey",
            b"webhookkey",
        ]),
        Some(b'n') if ends(&[b"token"]) => {
            !ends(&[b"nexttoken", b"pagetoken", b"continuationtoken"])
        }
        Some(b'n') => {
            ends(&[b"clientassertion", b"authorization"]) && !ends(&[b"subjecttypeauthorization"])
        }
        // Scripts and links of database connections are called `change_password` and the like.
        Some(b'd') if ends(&[b"password"]) => {
            !ends(&[b"changepassword", b"forgotpassword", b"resetpassword"])
        }
        Some(b'd') => ends(&[b"passwd"]),
        Some(b'e') => ends(&[b"passphrase"]),
        Some(b's') => ends(&[b"smtppass", b"dbpass", b"userpass", b"authpass"]),
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
mod tests;
