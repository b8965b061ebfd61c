//! What a call costs without trailaudit: with nothing but HTTP, and with nothing but the AWS SDK. The measure that
//! `benches/organization.sh` holds a run against.
//!
//! ```text
//! calls bare CALLS CONNECTIONS    the same DescribeTrails again and again, written to the connection as it is
//! calls sdk ACCOUNTS IN_FLIGHT    of each account: AssumeRole, ListRegions, and DescribeTrails in every Region, as in the SDK's guide
//! ```
//!
//! Endpoint and credentials come from the environment, as `trailaudit simulate` prints them. Prints how many calls it made.

use std::env;

use trailaudit_benches::calls::{self, bare, sdk};

fn main() -> calls::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [kind, many, in_flight] = &arguments[..] else {
        return Err("calls bare|sdk NUMBER IN_FLIGHT".into());
    };
    let (many, in_flight) = (many.parse()?, in_flight.parse()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let calls = match kind.as_str() {
        "bare" => runtime.block_on(bare::ask(many, in_flight))?,
        "sdk" => runtime.block_on(sdk::ask(many, in_flight))?,
        other => return Err(format!("{other}: bare or sdk").into()),
    };
    println!("{calls}");
    Ok(())
}
