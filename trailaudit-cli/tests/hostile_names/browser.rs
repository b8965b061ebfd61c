//! Chromium, headless: what becomes of a page in it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

/// What the browser itself asks for, whatever the page.
const ITS_OWN: [&str; 4] = ["*.google.com", "*.googleapis.com", "*.gstatic.com", "*.gvt1.com"];

/// Opens a page and gives its document as it stands after all that it started has ended. Whatever host it asks for
/// stands at `listener`.
pub fn open(page: &Path, listener: SocketAddr, scratch: &Path) -> String {
    let unknown = ITS_OWN.map(|host| format!("MAP {host} ~NOTFOUND, ")).concat();
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        .args([
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
        ])
        .args([
            "--disable-sync",
            "--disable-default-apps",
            "--disable-extensions",
            "--no-proxy-server",
        ])
        .arg(format!("--host-resolver-rules={unknown}MAP * {listener}"))
        .arg(format!("--user-data-dir={}", scratch.join("chromium").display()))
        .args(["--virtual-time-budget=5000", "--timeout=60000", "--dump-dom"])
        .arg(format!("file://{}", page.display()))
        .env("HOME", scratch)
        .output()
        .expect("chromium is installed");
    let dom = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        output.status.success() && dom.trim_end().ends_with("</html>"),
        "{dom}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    dom
}
