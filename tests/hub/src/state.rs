//! Everything the Hub knows, shared by its three listeners.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

use crate::account::{Account, Caller, default_account};
use crate::errors::HubError;
use crate::faults::Faults;
use crate::hash_cache::HashCache;
use crate::network::Network;
use crate::oauth::OAuth;
use crate::objects::Objects;
use crate::origin::Origin;
use crate::plant;
use crate::repo::Repo;
use crate::repo_id::RepoId;
use crate::rights::can_see;
use crate::seed::{CommitSeed, RepoSeed};
use crate::server::Side;
use crate::signing::Signer;
use crate::traffic::Traffic;

/// Limits and times that the real Hub fixes and a test may want smaller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How long a signed storage URL works, in milliseconds. The CDN's hour by default.
    pub url_lifetime_ms: u64,
    /// Entries of a listing page. 1000 on the Hub.
    pub page_len: usize,
    /// Entries of a listing page with `expand=true`. 50 on the Hub.
    pub expanded_page_len: usize,
    /// LFS objects longer than this are uploaded in parts of this length. 8 MiB by default, so that tests
    /// need no large files.
    pub part_len: u64,
    /// Who signs in on the Hub's OAuth page, which consents at once; an empty name denies.
    pub oauth_user: String,
    /// How long an OAuth token works, in seconds. Eight hours by default.
    pub oauth_token_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url_lifetime_ms: 3_600_000,
            page_len: 1000,
            expanded_page_len: 50,
            part_len: 8 << 20,
            oauth_user: "user".into(),
            oauth_token_seconds: 8 * 3600,
        }
    }
}

/// Where the listeners are.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Origins {
    pub(crate) hub: String,
    pub(crate) storage: String,
    pub(crate) control: String,
}

/// The state of one local Hub.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) origins: Origins,
    pub(crate) accounts: RwLock<Vec<Account>>,
    pub(crate) settings: RwLock<Settings>,
    pub(crate) signer: Signer,
    pub(crate) faults: Arc<Faults>,
    pub(crate) hub: Arc<Side>,
    pub(crate) storage: Arc<Side>,
    pub(crate) objects: Objects,
    pub(crate) oauth: OAuth,
    repos: RwLock<BTreeMap<RepoId, Arc<Repo>>>,
}

impl State {
    pub(crate) fn new(origins: Origins) -> Self {
        let start = Instant::now();
        let (faults, next) = (Arc::new(Faults::default()), Arc::new(AtomicU64::new(1)));
        let side = |origin| {
            let (network, faults) = (Network::default(), faults.clone());
            Arc::new(Side { origin, traffic: Traffic::new(start, next.clone()), network, faults })
        };
        Self {
            origins,
            accounts: RwLock::new(vec![default_account()]),
            settings: RwLock::default(),
            signer: Signer::new(),
            hub: side(Origin::Hub),
            storage: side(Origin::Storage),
            faults,
            objects: Objects::default(),
            oauth: OAuth::default(),
            repos: RwLock::default(),
        }
    }

    pub(crate) fn side(&self, origin: Origin) -> &Arc<Side> {
        match origin {
            Origin::Hub => &self.hub,
            Origin::Storage => &self.storage,
        }
    }

    /// Whom a token speaks for.
    pub(crate) fn caller(&self, token: &str) -> Option<Caller> {
        let accounts = self.accounts.read();
        Caller::by_token(&accounts, token).or_else(|| self.oauth.caller(&accounts, token))
    }

    /// The repo as it is now, if the caller may know that it exists.
    pub(crate) fn repo(&self, id: &RepoId, caller: &Caller) -> Result<Arc<Repo>, HubError> {
        let repo = self.repos.read().get(id).cloned();
        repo.filter(|repo| can_see(caller, repo)).ok_or_else(HubError::repo_not_found)
    }

    /// Adds a repo; false when there is one of this name.
    pub(crate) fn add(&self, repo: Repo) -> bool {
        match self.repos.write().entry(repo.id.clone()) {
            Entry::Occupied(_) => false,
            Entry::Vacant(free) => {
                free.insert(Arc::new(repo));
                true
            }
        }
    }

    /// Changes a repo while nobody else does.
    pub(crate) fn change<T>(
        &self,
        id: &RepoId,
        change: impl FnOnce(&mut Repo) -> Result<T, HubError>,
    ) -> Result<T, HubError> {
        let mut repos = self.repos.write();
        change(Arc::make_mut(repos.get_mut(id).ok_or_else(HubError::repo_not_found)?))
    }

    pub(crate) fn repo_ids(&self) -> Vec<String> {
        self.repos.read().keys().map(RepoId::to_string).collect()
    }

    /// Creates or replaces a repo.
    pub(crate) fn plant(&self, seed: RepoSeed, hashes: Option<&Arc<HashCache>>) -> io::Result<()> {
        let repo = plant::plant(seed, hashes)?;
        self.repos.write().insert(repo.id.clone(), Arc::new(repo));
        Ok(())
    }

    /// Adds a commit to a repo, whoever may own it, and returns the commit's id.
    pub(crate) fn graft(&self, id: &RepoId, seed: &CommitSeed) -> io::Result<String> {
        let mut repos = self.repos.write();
        let missing = || io::Error::new(io::ErrorKind::NotFound, format!("there is no repo {id}"));
        plant::graft(seed, Arc::make_mut(repos.get_mut(id).ok_or_else(missing)?))
    }

    /// Forgets a repo; false when there was none.
    pub(crate) fn uproot(&self, id: &RepoId) -> bool {
        let removed = self.repos.write().remove(id);
        removed.inspect(|repo| self.objects.forget(&repo.hub_id())).is_some()
    }

    /// Ends faults, network profiles and counts. Repos, accounts and settings stay.
    pub(crate) fn reset(&self) {
        self.faults.clear();
        for side in [&self.hub, &self.storage] {
            side.network.set(crate::network::NetworkProfile::default());
            side.traffic.reset();
        }
    }
}
