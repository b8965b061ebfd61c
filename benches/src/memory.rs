//! How much memory work takes, as the kernel counts it.

use std::fs;

/// Does `work`; says by how many KiB the memory of this process grew at most meanwhile. Only Linux tells.
pub fn growth<T>(work: impl FnOnce() -> T) -> (T, Option<u64>) {
    // From here on the peak is counted anew.
    let counts = fs::write("/proc/self/clear_refs", "5").is_ok();
    let before = status("VmRSS:");
    let done = work();
    let peak = status("VmHWM:").filter(|_| counts);
    let growth = peak.zip(before).map(|(peak, before)| peak.saturating_sub(before));
    (done, growth)
}

/// A line of what the kernel tells about this process, in KiB.
fn status(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
