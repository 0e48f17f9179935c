//! Signing in with the Hub: codes and tokens that were given to apps (RFC 6749, with PKCE of RFC 7636).

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use crate::account::{Account, Caller, Grant};

/// Codes waiting to be exchanged, and the tokens they became.
#[derive(Debug, Default)]
pub(crate) struct OAuth {
    codes: Mutex<HashMap<String, Consent>>,
    tokens: Mutex<HashMap<String, Issued>>,
}

/// What a user agreed to.
#[derive(Debug, Clone)]
pub(crate) struct Consent {
    pub(crate) user: String,
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) redirect_uri: String,
    pub(crate) nonce: Option<String>,
    /// base64url of the SHA-256 of the verifier.
    pub(crate) code_challenge: Option<String>,
}

#[derive(Debug)]
struct Issued {
    consent: Consent,
    expires: Instant,
}

impl OAuth {
    /// A code for the redirect.
    pub(crate) fn consent(&self, consent: Consent) -> String {
        let code = random_text();
        self.codes.lock().insert(code.clone(), consent);
        code
    }

    /// Exchanges a code for a token, once. The redirect must be the one that the code was given for, and the
    /// verifier the one that was promised.
    pub(crate) fn exchange(
        &self,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
        lifetime: Duration,
    ) -> Result<(String, Consent), &'static str> {
        let consent = self.codes.lock().remove(code).ok_or("the code is unknown or was used before")?;
        if consent.redirect_uri != redirect_uri {
            return Err("redirect_uri is not the one that the code was given for");
        }
        if let Some(challenge) = &consent.code_challenge {
            let verifier = verifier.ok_or("code_verifier is missing")?;
            if &BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != challenge {
                return Err("code_verifier does not match code_challenge");
            }
        }
        let token = format!("hf_oauth_{}", random_text());
        let issued = Issued { consent: consent.clone(), expires: Instant::now() + lifetime };
        self.tokens.lock().insert(token.clone(), issued);
        Ok((token, consent))
    }

    /// Whom an unexpired token speaks for.
    pub(crate) fn caller(&self, accounts: &[Account], token: &str) -> Option<Caller> {
        let tokens = self.tokens.lock();
        let Issued { consent, .. } = tokens.get(token).filter(|issued| issued.expires > Instant::now())?;
        let grant = Grant { client_id: consent.client_id.clone(), scope: consent.scope.clone() };
        Caller::by_grant(accounts, &consent.user, grant)
    }
}

/// 32 hex digits that nobody guesses in a test.
fn random_text() -> String {
    let half = || RandomState::new().hash_one(Instant::now());
    format!("{:016x}{:016x}", half(), half())
}
