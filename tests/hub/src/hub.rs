//! Starting a local Hub inside another program, and talking to it directly.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::account::Account;
use crate::faults::Fault;
use crate::folder::Folder;
use crate::hash_cache::HashCache;
use crate::network::NetworkProfile;
use crate::origin::Origin;
use crate::repo_id::RepoId;
use crate::seed::{CommitSeed, RepoSeed};
use crate::server::{serve_origin, serve_plain};
use crate::state::{Origins, Settings, State};
use crate::traffic::{Counters, LogEntry};
use crate::{api, control, storage};

/// The way to a local Hub.
#[derive(Debug, Clone, Copy)]
pub struct Hub;

impl Hub {
    /// Describes a Hub to start: empty, on free ports.
    pub fn builder() -> HubBuilder {
        HubBuilder::default()
    }
}

/// A Hub to start.
#[derive(Debug, Default)]
pub struct HubBuilder {
    data: Vec<PathBuf>,
    repos: Vec<RepoSeed>,
    accounts: Vec<Account>,
    settings: Settings,
    ports: [u16; 3],
}

impl HubBuilder {
    /// Serves every `namespace/name/` below this folder as a dataset, beside those of earlier folders; see the README.
    pub fn data(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data.push(folder.into());
        self
    }

    /// Adds a repo.
    pub fn repo(mut self, seed: RepoSeed) -> Self {
        self.repos.push(seed);
        self
    }

    /// Adds a user besides the one that is always there.
    pub fn account(mut self, account: Account) -> Self {
        self.accounts.push(account);
        self
    }

    /// Changes limits and times.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Fixes the ports of Hub, storage and control; 0 is any free one.
    pub fn ports(mut self, hub: u16, storage: u16, control: u16) -> Self {
        self.ports = [hub, storage, control];
        self
    }

    /// Starts the Hub on threads of its own; it may be called from async code and from any other. When this
    /// returns, the listeners take connections. Fails when a port is taken or the data cannot be understood.
    pub fn start(self) -> io::Result<RunningHub> {
        let [hub, storage, control] = self.ports;
        let hub = listen(hub)?;
        let storage = listen(storage)?;
        let control = listen(control)?;
        let origins = Origins {
            hub: format!("http://{}", hub.local_addr()?),
            // Another host as well as another port, as the CDN is.
            storage: format!("http://localhost:{}", storage.local_addr()?.port()),
            control: format!("http://{}", control.local_addr()?),
        };
        let state = Arc::new(State::new(origins));
        self.fill(&state)?;

        let runtime =
            Builder::new_multi_thread().worker_threads(2).thread_name("local-hub").enable_all().build()?;
        let _inside = runtime.enter();
        let hub = tokio::net::TcpListener::from_std(hub)?;
        runtime.spawn(serve_origin(hub, state.hub.clone(), api::router(state.clone())));
        let router = storage::router(state.clone());
        // Clients that try ::1 first for `localhost` are served there too, where that exists.
        if let Ok(also) = also_on_ipv6(&storage) {
            let also = tokio::net::TcpListener::from_std(also)?;
            runtime.spawn(serve_origin(also, state.storage.clone(), router.clone()));
        }
        let storage = tokio::net::TcpListener::from_std(storage)?;
        runtime.spawn(serve_origin(storage, state.storage.clone(), router));
        let control = tokio::net::TcpListener::from_std(control)?;
        runtime.spawn(serve_plain(control, control::router(state.clone())));
        drop(_inside);
        Ok(RunningHub { state, runtime: Some(runtime) })
    }

    fn fill(self, state: &State) -> io::Result<()> {
        *state.settings.write() = self.settings;
        for data in self.data {
            let data = data.canonicalize().map_err(|error| {
                io::Error::new(error.kind(), format!("data folder {}: {error}", data.display()))
            })?;
            let folder = Folder::read(&data)?;
            let hashes = Arc::new(HashCache::of(&data));
            state.accounts.write().extend(folder.accounts);
            for seed in folder.repos {
                state.plant(seed, Some(&hashes))?;
            }
        }
        state.accounts.write().extend(self.accounts);
        for seed in self.repos {
            state.plant(seed, None)?;
        }
        Ok(())
    }
}

fn listen(port: u16) -> io::Result<TcpListener> {
    bind((Ipv4Addr::LOCALHOST, port).into())
}

fn also_on_ipv6(listener: &TcpListener) -> io::Result<TcpListener> {
    bind((Ipv6Addr::LOCALHOST, listener.local_addr()?.port()).into())
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// A Hub that runs until this is dropped.
#[derive(Debug)]
pub struct RunningHub {
    state: Arc<State>,
    runtime: Option<Runtime>,
}

impl RunningHub {
    /// The Hub's origin, such as `http://127.0.0.1:40001`: what a client takes as `HF_ENDPOINT` or `hubUrl`.
    pub fn endpoint(&self) -> &str {
        &self.state.origins.hub
    }

    /// The origin that large files are served from.
    pub fn storage(&self) -> &str {
        &self.state.origins.storage
    }

    /// The origin of the control port.
    pub fn control(&self) -> &str {
        &self.state.origins.control
    }

    /// Creates or replaces a repo.
    pub fn create_repo(&self, seed: RepoSeed) -> io::Result<()> {
        self.state.plant(seed, None)
    }

    /// Adds a commit to a repo and returns its id.
    pub fn commit(&self, repo: &str, seed: &CommitSeed) -> io::Result<String> {
        let id = RepoId::parse(repo).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        self.state.graft(&id, seed)
    }

    /// Lets something go wrong from the next request on.
    pub fn fault(&self, fault: Fault) {
        self.state.faults.add(fault);
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.state.faults.clear();
    }

    /// Changes what the way to an origin is like.
    pub fn set_network(&self, origin: Origin, profile: NetworkProfile) {
        self.state.side(origin).network.set(profile);
    }

    /// Changes limits and times.
    pub fn set_settings(&self, settings: Settings) {
        *self.state.settings.write() = settings;
    }

    /// Makes every signed URL given out so far expire.
    pub fn expire_urls(&self) {
        self.state.signer.expire_all();
    }

    /// Sums over an origin's requests since the last reset.
    pub fn counters(&self, origin: Origin) -> Counters {
        self.state.side(origin).traffic.counters()
    }

    /// The requests of both origins since the last reset, in the order they came.
    pub fn log(&self) -> Vec<LogEntry> {
        control::log(&self.state)
    }

    /// Ends faults and network profiles and forgets the log. Repos, accounts and settings stay.
    pub fn reset(&self) {
        self.state.reset();
    }
}

impl Drop for RunningHub {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // In async code a runtime may not be waited for.
            runtime.shutdown_background();
        }
        // Its tasks may hold the state for longer than the process lives.
        self.state.objects.remove_folder();
    }
}
