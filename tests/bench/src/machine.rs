//! What the kernel says of this machine and of a process. On other systems than Linux these figures are left
//! out.

use std::fs;

/// Ticks of the kernel's clock in a second, as /proc shows times: 100 on every Linux.
const TICKS: f64 = 100.0;

/// The memory of a process, in MiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// All that is resident.
    pub(crate) resident: f64,
    /// The part that belongs to the process alone and to no file.
    pub(crate) anonymous: f64,
}

/// One line about the machine.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("unknown CPU", |(_, model)| model.trim());
    format!("{cores} cores ({model}), shared by this program, the tenant in it, and the server.")
}

/// The load averages of 1, 5 and 15 minutes.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let words: Vec<&str> = text.split(' ').take(3).collect();
    if words.len() == 3 { words.join(" ") } else { "unknown".to_owned() }
}

/// The memory of a process that runs.
pub(crate) fn memory(process: u32) -> Option<Memory> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_ascii_whitespace().next()?.parse::<f64>().ok()
    };
    Some(Memory {
        resident: kilobytes("VmRSS:")? / 1024.0,
        anonymous: kilobytes("RssAnon:")? / 1024.0,
    })
}

/// The CPU time that a process has used so far, all threads together, in milliseconds.
pub(crate) fn cpu(process: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the name, in brackets, and may hold anything; user and system time are 14 and 15.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) * 1e3 / TICKS)
}
