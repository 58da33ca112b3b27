//! WASI 0.2 for the plugins that import it, and for no other: some languages cannot do without it.
//!
//! What a plugin gets is an empty world: no environment, no arguments, no standard input, no network; output
//! goes to the log. Clocks and randomness are real, because who imports them asked for them in the open, but
//! clocks tick in milliseconds: a finer one helps only who measures what else the processor does. Files are
//! those of the [`Folders`] that the operator granted.

mod files;
mod folders;
mod output;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use wasmtime::{
    Result,
    component::{HasSelf, Linker, ResourceTable},
};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView};

pub use self::folders::{Folder, FolderError, Folders};
use self::output::Output;
use crate::{bindings, contract::Level, state::State, store::Data};

/// The most that one `get-random-bytes` gives.
const LONGEST_RANDOM: u64 = 1 << 20;

/// How many files, streams and pollables a call may hold open at once.
const OPEN_HANDLES: usize = 1_000;

/// A call of a plugin that imports WASI.
pub(crate) struct WasiState {
    call: State,
    context: WasiCtx,
    table: ResourceTable,
    folders: Folders,
    budget: files::Budget,
}

impl WasiState {
    pub(crate) fn new(call: State, folders: Folders) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(OPEN_HANDLES);
        let context = WasiCtx::builder()
            .stdout(Output::new(&call.log, Level::Info))
            .stderr(Output::new(&call.log, Level::Warn))
            .max_random_size(LONGEST_RANDOM)
            .wall_clock(WallClock)
            .monotonic_clock(MonotonicClock(Instant::now()))
            // The defaults, said out loud: no socket is ever made, no name looked up.
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .build();
        let budget = files::Budget::new(call.limits().written);
        Self { call, context, table, folders, budget }
    }
}

impl Data for WasiState {
    fn call(&self) -> &State {
        &self.call
    }

    fn call_mut(&mut self) -> &mut State {
        &mut self.call
    }
}

impl WasiView for WasiState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.context, table: &mut self.table }
    }
}

/// The contract and WASI.
pub(crate) fn linker(engine: &wasmtime::Engine) -> Result<Linker<WasiState>> {
    let mut linker = Linker::new(engine);
    bindings::Plugin::add_to_linker::<_, HasSelf<State>>(&mut linker, |state: &mut WasiState| {
        &mut state.call
    })?;
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    files::replace(&mut linker)?;
    Ok(linker)
}

struct WallClock;

impl HostWallClock for WallClock {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        milliseconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
    }
}

/// Begins with the call.
struct MonotonicClock(Instant);

impl HostMonotonicClock for MonotonicClock {
    fn resolution(&self) -> u64 {
        1_000_000
    }

    fn now(&self) -> u64 {
        u64::try_from(milliseconds(self.0.elapsed()).as_nanos()).unwrap_or(u64::MAX)
    }
}

/// Without what is finer than a millisecond.
fn milliseconds(time: Duration) -> Duration {
    Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}
