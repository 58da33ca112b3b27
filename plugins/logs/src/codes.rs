//! The type codes of log entries: what each means, and which questions it belongs to.
//!
//! Codes and words are from Auth0's log event type codes and its published log schemas (auth0/docs-v2, 2026-08-20; MIT,
//! Copyright (c) 2025 Auth0), shortened; the grouping is ours and follows the categories of Auth0's log stream filters
//! where there is one (<https://auth0.com/docs/customize/log-streams/event-filters>).

use crate::event::{
    Event::{self, *},
    Outcome::{self, *},
};

/// A code and its meaning.
pub(crate) type Code = (&'static str, &'static str);

/// All codes, by what happened and how it went.
pub(crate) static CODES: &[(Event, Outcome, &[Code])] = &[
    (
        Login,
        Success,
        &[
            ("s", "Success Login"),
            ("scoa", "Success cross-origin authentication"),
            ("sdel", "Successful Delegated Login"),
            ("sens", "Success Native Social Login"),
        ],
    ),
    (
        Login,
        Failed,
        &[
            ("f", "Failed Login"),
            ("fc", "Failed by Connector"),
            ("fco", "Failed by CORS"),
            ("fcoa", "Failed cross-origin authentication"),
            ("fens", "Failed Native Social Login"),
            ("fp", "Failed Login (Incorrect Password)"),
            ("fu", "Failed Login (Invalid Email/Username)"),
            ("passkey_challenge_failed", "Passkey Challenge Failed"),
        ],
    ),
    (Login, Warning, &[("w", "Warning During Login")]),
    (
        Login,
        Info,
        &[
            ("cls", "Code/Link Sent"),
            ("cs", "Code Sent"),
            ("passkey_challenge_started", "Passkey Challenge Started"),
        ],
    ),
    (
        SilentAuth,
        Success,
        &[("sdelsa", "Successful Delegated Silent Authentication"), ("ssa", "Success Silent Auth")],
    ),
    (
        SilentAuth,
        Failed,
        &[("fdelsa", "Failed Delegated Silent Authentication"), ("fsa", "Failed Silent Auth")],
    ),
    (Signup, Success, &[("ss", "Success Signup")]),
    (Signup, Failed, &[("fs", "Failed Signup")]),
    (
        Logout,
        Success,
        &[
            ("oidc_backchannel_logout_succeeded", "Successful OIDC Back-Channel Logout request"),
            ("slo", "Success Logout"),
            ("universal_logout_succeeded", "Successful Universal Logout request"),
        ],
    ),
    (
        Logout,
        Failed,
        &[
            ("federated_logout_failed", "Failed Federated Logout"),
            ("flo", "Failed Logout"),
            ("oidc_backchannel_logout_failed", "Failed OIDC Back-Channel Logout request"),
            ("universal_logout_failed", "Failed Universal Logout request"),
        ],
    ),
    (
        PasswordChange,
        Success,
        &[("scp", "Success Change Password"), ("scpr", "Success Change Password Request")],
    ),
    (
        PasswordChange,
        Failed,
        &[("fcp", "Failed Change Password"), ("fcpr", "Failed Change Password Request")],
    ),
    (
        Verification,
        Success,
        &[("sv", "Success Verification Email"), ("svr", "Success Verification Email Request")],
    ),
    (
        Verification,
        Failed,
        &[("fv", "Failed Verification Email"), ("fvr", "Failed Verification Email Request")],
    ),
    (
        Mfa,
        Success,
        &[
            ("gd_auth_email_verification", "Email Verification Confirmed"),
            ("gd_auth_succeed", "MFA Auth success"),
            ("gd_enrollment_complete", "MFA enrollment complete"),
            ("gd_recovery_succeed", "MFA recovery success"),
        ],
    ),
    (
        Mfa,
        Failed,
        &[
            ("gd_auth_fail_email_verification", "MFA email verification failed"),
            ("gd_auth_failed", "MFA Auth failed"),
            ("gd_auth_rejected", "MFA Auth rejected"),
            ("gd_recovery_failed", "Recovery failed"),
            ("gd_send_email_verification_failure", "MFA verification email could not be sent"),
            ("gd_send_pn_failure", "Error Sending MFA Push Notification"),
            ("gd_send_sms_failure", "Error Sending MFA SMS"),
            ("gd_send_voice_failure", "MFA voice call failed"),
            ("gd_start_enroll_failed", "MFA Enrollment Failed"),
            ("gd_webauthn_challenge_failed", "User failed to verify Webauthn factor"),
            ("gd_webauthn_enrollment_failed", "WebAuthn browser enrollment failed"),
        ],
    ),
    (
        Mfa,
        Warning,
        &[
            ("gd_otp_rate_limit_exceed", "Too many MFA failures"),
            (
                "gd_recovery_rate_limit_exceed",
                "Multi-factor recovery code has failed too many times",
            ),
            ("too_many_records", "Max Amount of Authenticators"),
        ],
    ),
    (
        Mfa,
        Info,
        &[
            ("gd_send_email", "MFA Email Sent"),
            ("gd_send_email_verification", "Email Verification Sent"),
            ("gd_send_pn", "Push notification sent"),
            ("gd_send_sms", "MFA SMS Sent"),
            ("gd_send_voice", "MFA voice call success"),
            ("gd_start_auth", "Second factor started"),
            ("gd_start_enroll", "MFA Enroll started"),
            ("gd_tenant_update", "Guardian tenant update"),
            ("gd_unenroll", "Unenroll device account"),
            ("gd_update_device_account", "Update device account"),
            ("mfar", "MFA Required"),
        ],
    ),
    (
        TokenExchange,
        Success,
        &[
            ("ciba_exchange_succeeded", "Successful CIBA Exchange"),
            (
                "idjag_exchange_succeeded",
                "Successful Exchange of Identity Assertion Authorization Grant JWT for Access Token",
            ),
            ("sd", "Success Delegation"),
            ("sdeleacft", "Successful Exchange of Delegated Authorization Code for Access Token"),
            ("seacft", "Successful exchange of authorization code for Access Token"),
            ("seccft", "Successful exchange of Access Token for a Client Credentials Grant"),
            ("secte", "Successful Exchange via Custom Token Exchange"),
            ("sede", "Successful exchange of device code for Access Token"),
            ("seoobft", "Successful exchange of Password and OOB Challenge for Access Token"),
            ("seotpft", "Successful exchange of Password and OTP Challenge for Access Token"),
            ("sepft", "Successful exchange of Password for Access Token"),
            ("sepkoobft", "Successful exchange of Passkey and OOB Challenge for Access Token"),
            ("sepkotpft", "Successful exchange of Passkey and OTP Challenge for Access Token"),
            ("sepkrcft", "Successful exchange of Passkey and MFA Recovery Code for Access Token"),
            ("sercft", "Successful exchange of Password and MFA Recovery code for Access Token"),
            ("sertft", "Successful exchange of Refresh Token for Access Token"),
            ("seta", "Successful token exchange at Token Vault"),
            (
                "success_on_behalf_of_token_exchange",
                "Successful Exchange via On-Behalf-Of Token Exchange",
            ),
        ],
    ),
    (
        TokenExchange,
        Failed,
        &[
            ("ciba_exchange_failed", "Failed CIBA Exchange"),
            (
                "failed_on_behalf_of_token_exchange",
                "Failed Exchange via On-Behalf-Of Token Exchange",
            ),
            ("fd", "Failed Delegation"),
            ("fdeleacft", "Failed to Exchange Delegated Authorization Code for Access Token"),
            ("feacft", "Failed to exchange authorization code for Access Token"),
            ("feccft", "Failed exchange of Access Token for a Client Credentials Grant"),
            ("fecte", "Failed Exchange via Custom Token Exchange"),
            ("fede", "Failed to exchange Device Code for Access Token"),
            ("feoobft", "Failed exchange of Password and OOB Challenge for Access Token"),
            ("feotpft", "Failed exchange of Password and OTP Challenge for Access Token"),
            ("fepft", "Failed exchange of Password for Access Token"),
            ("fepotpft", "Failed exchange of Passwordless OTP for Access Token"),
            ("fercft", "Failed Exchange of Password and MFA Recovery code for Access Token"),
            ("ferrt", "Failed Exchange of Rotating Refresh Token"),
            ("fertft", "Failed Exchange of Refresh Token for Access Token"),
            ("feta", "Failed token exchange at Token Vault"),
            (
                "idjag_exchange_failed",
                "Failed Exchange of Identity Assertion Authorization Grant JWT for Access Token",
            ),
            (
                "jwt_bearer_exchange_failed",
                "Failed Exchange of JWT Bearer Assertion for Access Token",
            ),
        ],
    ),
    (
        ApiOperation,
        Success,
        &[("mgmt_api_read", "Management API read Operation"), ("sapi", "Success API Operation")],
    ),
    (
        UserChange,
        Success,
        &[
            ("connected_accounts_connection_succeeded", "Successful Connected Account Connection"),
            ("connected_accounts_delete_succeeded", "Successful Connected Account Delete"),
            (
                "my_account_authentication_method_succeeded",
                "Successful authentication method operation in My Account API",
            ),
            ("organization_member_added", "Organization Member Added"),
            ("sce", "Success Change Email"),
            ("scpn", "Success Change Phone Number"),
            ("scu", "Success Change Username"),
            ("sdu", "Success User Deletion"),
            ("si", "Successfully accepted a user invite"),
            ("sui", "Successfully imported users"),
        ],
    ),
    (
        UserChange,
        Failed,
        &[
            ("connected_accounts_connection_failed", "Failed Connected Account Connection"),
            ("connected_accounts_delete_failed", "Failed Connected Account Delete"),
            ("fce", "Failed Change Email"),
            ("fcpn", "Failed Change Phone Number"),
            ("fcu", "Failed Change Username"),
            ("fdu", "Failed User Deletion"),
            ("fi", "Failed invite accept"),
            ("fui", "Failed users import"),
            (
                "my_account_authentication_method_failed",
                "Failed authentication method operation in My Account API",
            ),
        ],
    ),
    (UserChange, Warning, &[("wum", "Warning User Management")]),
    (
        AttackProtection,
        Warning,
        &[
            ("limit_mu", "Blocked IP Address"),
            ("limit_phone", "Blocked SMS or voice calls: too many sent to a user"),
            (
                "limit_sul",
                "Blocked Account: too many logins per time period from the same IP address",
            ),
            (
                "limit_wc",
                "Blocked Account: too many failed logins into a single account from an IP address",
            ),
            ("pwd_leak", "Breached password"),
            ("reset_pwd_leak", "Breached Password on Reset"),
            ("signup_pwd_leak", "Breached Password on Signup"),
        ],
    ),
    (
        AttackProtection,
        Info,
        &[
            ("acls_summary", "Network ACLs Summary"),
            ("pla", "Pre-login assessment"),
            ("ublkdu", "User login block released"),
        ],
    ),
    (
        RateLimit,
        Warning,
        &[
            ("api_limit", "Rate Limit on the Authentication or Management APIs"),
            ("api_limit_warning", "Rate Limit Warning on the Authentication or Management APIs"),
            ("limit_delegation", "Too Many Calls to /delegation"),
        ],
    ),
    (RateLimit, Info, &[("appi", "Notice for API Peak Performance initiated")]),
    (
        Extensibility,
        Success,
        &[
            ("flows_execution_completed", "Flows Execution Completed"),
            ("forms_submission_succeeded", "Forms Submission Succeeded"),
        ],
    ),
    (
        Extensibility,
        Failed,
        &[
            ("actions_execution_failed", "Actions Execution Failed"),
            ("fcph", "Failed Post Change Password Hook"),
            ("flows_execution_failed", "Flows Execution Failed"),
            ("forms_submission_failed", "Forms Submission Failed"),
            ("fpurh", "Failed Post User Registration Hook"),
        ],
    ),
    (Notification, Failed, &[("fn", "Failed Sending Notification")]),
    (Notification, Warning, &[("wn", "Warning Sending Notification")]),
    (
        Provisioning,
        Success,
        &[
            ("directory_sync_completed", "Inbound Directory Sync Completed"),
            ("sscim", "Successful SCIM Operation"),
        ],
    ),
    (
        Provisioning,
        Failed,
        &[
            ("directory_sync_failed", "Inbound Directory Sync Failed"),
            ("fcpro", "Failed Connector Provisioning"),
            ("fscim", "Failed SCIM Operation"),
        ],
    ),
    (Provisioning, Info, &[("directory_sync_started", "Inbound Directory Sync Started")]),
    (
        Other,
        Success,
        &[
            ("ciba_start_succeeded", "Successful CIBA Start"),
            ("kms_key_management_success", "Success KMS API Operation"),
            ("scv", "Success Credential Validation"),
            ("srrt", "Successfully revoked a refresh token"),
            ("ss_sso_success", "Success SS-SSO Operation"),
        ],
    ),
    (
        Other,
        Failed,
        &[
            ("ciba_start_failed", "Failed CIBA Start"),
            ("custom_domain_verification_failed", "Custom Domain Verification Failed"),
            ("fdeac", "Failed Device Activation"),
            ("fdeaz", "Failed Device Authorization Request"),
            ("fpar", "Failed Pushed Authorization Request"),
            ("kms_key_management_failure", "Failed KMS API Operation"),
            ("rich_consents_access_error", "Rich Consents Access Error"),
            ("ss_sso_failure", "Failed SS-SSO Operation"),
        ],
    ),
    (Other, Warning, &[("depnote", "Deprecation Notice")]),
    (
        Other,
        Info,
        &[
            ("acul_sdk_notice", "ACUL SDK Notice"),
            ("fdecc", "User Canceled Device Confirmation"),
            ("kms_key_state_changed", "KMS Key State Change"),
            ("resource_cleanup", "Success Resource Cleanup"),
            ("ss_sso_info", "Information from an SS-SSO Operation"),
        ],
    ),
];
