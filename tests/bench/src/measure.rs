//! The runs, with the procedure of the published figures of the Node server.

use std::{path::Path, thread::sleep, time::Duration};

use anyhow::{Context, Result};

use crate::{
    awake::Awake,
    direct::Direct,
    echo,
    figures::{Series, milliseconds},
    relay,
    session::{List, Session},
    world::{Subject, World},
};

/// After `tools/list` a server may finish what it does beside it, before its memory is read.
const SETTLE: Duration = Duration::from_millis(300);

/// How much is measured.
pub(crate) struct Effort {
    pub(crate) repetitions: usize,
    pub(crate) sandbox: usize,
    starts: usize,
    warm_up: usize,
    sequential: usize,
    concurrent: usize,
    endurance: usize,
}

/// Calls at once when throughput is measured.
pub(crate) const IN_FLIGHT: usize = 32;

impl Effort {
    pub(crate) fn new(repetitions: usize, quick: bool) -> Self {
        let share = if quick { 10 } else { 1 };
        Self {
            repetitions: repetitions.max(1),
            sandbox: 5000 / share,
            starts: if quick { 3 } else { 9 },
            warm_up: 100 / share,
            sequential: 1000 / share,
            concurrent: 3000 / share,
            endurance: 10_000 / share,
        }
    }
}

/// Everything that was measured of the servers.
pub(crate) struct Measured<'s> {
    pub(crate) ours: Server<'s>,
    pub(crate) node: Option<Server<'s>>,
    pub(crate) binary_bytes: u64,
}

impl<'s> Measured<'s> {
    pub(crate) fn new(ours: &'s Subject, node: Option<&'s Subject>) -> Result<Self> {
        let binary_bytes = match ours {
            Subject::Ours(file) | Subject::Node(file) => size(file)?,
            Subject::One { binary, .. } => size(binary)?,
        };
        Ok(Self { ours: Server::new(ours), node: node.map(Server::new), binary_bytes })
    }

    pub(crate) fn servers(&mut self) -> impl Iterator<Item = &mut Server<'s>> {
        std::iter::once(&mut self.ours).chain(&mut self.node)
    }
}

fn size(file: &Path) -> Result<u64> {
    Ok(std::fs::metadata(file).with_context(|| file.display().to_string())?.len())
}

/// What was measured of one server. Times are in milliseconds, memory in MiB.
pub(crate) struct Server<'s> {
    subject: &'s Subject,
    pub(crate) list: Option<List>,
    pub(crate) initialize: Series,
    pub(crate) listed: Series,
    pub(crate) kilobytes_listed: Series,
    pub(crate) memory_listed: Series,
    pub(crate) anonymous_listed: Series,
    pub(crate) memory_called: Series,
    pub(crate) anonymous_called: Series,
    pub(crate) memory_busy: Series,
    pub(crate) memory_endured: Series,
    /// Calls one after the other, on the machine as it is.
    pub(crate) one_by_one: OneByOne,
    /// The same with the cores kept awake, where the system lets us.
    pub(crate) awake: OneByOne,
    pub(crate) cpu_busy: Series,
    pub(crate) throughput: Series,
    pub(crate) busy: Percentiles,
    pub(crate) direct_throughput: Series,
    pub(crate) direct_busy: Percentiles,
    pub(crate) exit: Series,
}

/// What was measured of calls one after the other.
#[derive(Default)]
pub(crate) struct OneByOne {
    /// Through the server.
    pub(crate) call: Percentiles,
    /// The same requests without it, just before.
    pub(crate) direct: Percentiles,
    /// The differences.
    pub(crate) overhead: Percentiles,
    /// A line through the pipes of a process that only echoes it.
    pub(crate) echo: Percentiles,
    /// A process that only passes the requests on, less the direct ones.
    pub(crate) relay: Percentiles,
    /// CPU time of the server for a call.
    pub(crate) cpu: Series,
}

impl OneByOne {
    fn measure(
        &mut self,
        world: &World,
        direct: &Direct,
        session: &mut Session,
        count: usize,
    ) -> Result<()> {
        let bare = both(&direct.sequential(count)?);
        self.echo.push(both(&echo::sequential(count)?));
        let relayed = both(&relay::sequential(world, count)?);
        let before = session.cpu();
        let through = both(&session.sequential(count)?);
        self.cpu.extend(used(before, session, count));
        self.direct.push(bare);
        self.call.push(through);
        self.overhead.push((through.0 - bare.0, through.1 - bare.1));
        self.relay.push((relayed.0 - bare.0, relayed.1 - bare.1));
        Ok(())
    }
}

/// p50 and p99 of each repetition.
#[derive(Default)]
pub(crate) struct Percentiles {
    pub(crate) p50: Series,
    pub(crate) p99: Series,
}

impl Percentiles {
    fn push(&mut self, (p50, p99): (f64, f64)) {
        self.p50.push(p50);
        self.p99.push(p99);
    }
}

impl<'s> Server<'s> {
    fn new(subject: &'s Subject) -> Self {
        Self {
            subject,
            list: None,
            initialize: Series::default(),
            listed: Series::default(),
            kilobytes_listed: Series::default(),
            memory_listed: Series::default(),
            anonymous_listed: Series::default(),
            memory_called: Series::default(),
            anonymous_called: Series::default(),
            memory_busy: Series::default(),
            memory_endured: Series::default(),
            one_by_one: OneByOne::default(),
            awake: OneByOne::default(),
            cpu_busy: Series::default(),
            throughput: Series::default(),
            busy: Percentiles::default(),
            direct_throughput: Series::default(),
            direct_busy: Percentiles::default(),
            exit: Series::default(),
        }
    }

    /// Starts, after one that does not count.
    pub(crate) fn start_up(&mut self, world: &World, effort: &Effort) -> Result<()> {
        Session::start(world, self.subject)?.end()?;
        for _ in 0..effort.starts {
            let session = Session::start(world, self.subject)?;
            self.initialize.push(milliseconds(session.start.initialized));
            self.listed.push(milliseconds(session.start.listed));
            let list = session.start.list;
            self.kilobytes_listed.push(f64::from(u32::try_from(list.bytes_counted)?) / 1e3);
            self.list = Some(list);
            sleep(SETTLE);
            if let Some(memory) = session.memory() {
                self.memory_listed.push(memory.resident);
                self.anonymous_listed.push(memory.anonymous);
            }
            self.exit.push(milliseconds(session.end()?));
        }
        Ok(())
    }

    /// One fresh process: calls one after the other, then many at once; each beside the bare client.
    pub(crate) fn repetition(&mut self, world: &World, effort: &Effort) -> Result<()> {
        let direct = Direct::new(world)?;
        let mut session = Session::start(world, self.subject)?;
        self.sequential(world, &direct, &mut session, effort)?;
        self.concurrent(&direct, &mut session, effort)?;
        if let Some(memory) = session.memory() {
            self.memory_busy.push(memory.resident);
        }
        session.end()?;
        Ok(())
    }

    fn sequential(
        &mut self,
        world: &World,
        direct: &Direct,
        session: &mut Session,
        effort: &Effort,
    ) -> Result<()> {
        direct.sequential(effort.warm_up)?;
        session.sequential(effort.warm_up)?;
        self.one_by_one.measure(world, direct, session, effort.sequential)?;
        if let Some(memory) = session.memory() {
            self.memory_called.push(memory.resident);
            self.anonymous_called.push(memory.anonymous);
        }
        if let Ok(_awake) = Awake::hold() {
            self.awake.measure(world, direct, session, effort.sequential)?;
        }
        Ok(())
    }

    fn concurrent(
        &mut self,
        direct: &Direct,
        session: &mut Session,
        effort: &Effort,
    ) -> Result<()> {
        let count = f64::from(u32::try_from(effort.concurrent)?);
        let (bare, bare_took) = direct.concurrent(effort.concurrent, IN_FLIGHT)?;
        let before = session.cpu();
        let (through, took) = session.concurrent(effort.concurrent, IN_FLIGHT)?;
        self.cpu_busy.extend(used(before, session, effort.concurrent));
        self.direct_throughput.push(count / bare_took.as_secs_f64());
        self.direct_busy.push(both(&bare));
        self.throughput.push(count / took.as_secs_f64());
        self.busy.push(both(&through));
        Ok(())
    }

    /// One process with many calls one after the other: its memory must not grow.
    pub(crate) fn endurance(&mut self, world: &World, effort: &Effort) -> Result<()> {
        let mut session = Session::start(world, self.subject)?;
        session.sequential(effort.endurance)?;
        if let Some(memory) = session.memory() {
            self.memory_endured.push(memory.resident);
        }
        session.end()?;
        Ok(())
    }
}

/// CPU time for each of so many calls.
fn used(before: Option<f64>, session: &Session, calls: usize) -> Option<f64> {
    let calls = u32::try_from(calls).ok()?;
    Some((session.cpu()? - before?) / f64::from(calls))
}

fn both(latencies: &crate::figures::Latencies) -> (f64, f64) {
    (latencies.percentile(0.5), latencies.percentile(0.99))
}
