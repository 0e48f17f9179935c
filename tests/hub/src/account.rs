//! Users, their tokens, and what a request may do in their name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A user of the local Hub.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The user's name, which is also a namespace.
    pub name: String,
    /// Organisations the user is a member of.
    #[serde(default)]
    pub orgs: Vec<String>,
    /// Tokens, each beginning with `hf_` (the JavaScript client refuses others), and what they may do.
    pub tokens: BTreeMap<String, Role>,
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Read what the user can see.
    Read,
    /// Write as well.
    Write,
}

impl Account {
    /// An account with one token.
    pub fn new(name: impl Into<String>, token: impl Into<String>, role: Role) -> Self {
        Self { name: name.into(), orgs: Vec::new(), tokens: BTreeMap::from([(token.into(), role)]) }
    }
}

/// The account every local Hub has: `user`, a member of `org`, with the tokens `hf_write` and `hf_read`.
pub(crate) fn default_account() -> Account {
    Account {
        name: "user".into(),
        orgs: vec!["org".into()],
        tokens: BTreeMap::from([("hf_write".into(), Role::Write), ("hf_read".into(), Role::Read)]),
    }
}

/// Who sent a request.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    Anonymous,
    User(Box<SignedIn>),
}

/// A user by one of the user's tokens.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub(crate) name: String,
    pub(crate) orgs: Vec<String>,
    pub(crate) role: Role,
    /// What an app may do in the user's name; none for the user's own tokens.
    pub(crate) grant: Option<Grant>,
}

/// The scopes that a user granted to an app.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    /// Separated by spaces.
    pub(crate) scope: String,
}

impl Grant {
    pub(crate) fn has(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|granted| granted == scope)
    }
}

impl Caller {
    /// The owner of a token, if there is one.
    pub(crate) fn by_token(accounts: &[Account], token: &str) -> Option<Self> {
        accounts.iter().find_map(|account| {
            let role = *account.tokens.get(token)?;
            let (name, orgs) = (account.name.clone(), account.orgs.clone());
            Some(Self::User(Box::new(SignedIn { name, orgs, role, grant: None })))
        })
    }

    /// A user as an app acts for it.
    pub(crate) fn by_grant(accounts: &[Account], name: &str, grant: Grant) -> Option<Self> {
        let account = accounts.iter().find(|account| account.name == name)?;
        let (name, orgs, role) = (account.name.clone(), account.orgs.clone(), Role::Write);
        Some(Self::User(Box::new(SignedIn { name, orgs, role, grant: Some(grant) })))
    }

    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Anonymous => None,
            Self::User(user) => Some(&user.name),
        }
    }

    /// Whether the namespace is the caller's own, or an organisation the caller is in.
    pub(crate) fn owns(&self, namespace: &str) -> bool {
        match self {
            Self::Anonymous => false,
            Self::User(user) => user.name == namespace || user.orgs.iter().any(|org| org == namespace),
        }
    }
}
