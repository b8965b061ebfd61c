//! A pseudo-terminal with a program in it.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use console::strip_ansi_codes;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// How large it is.
#[derive(Clone, Copy)]
pub struct Size {
    pub columns: u16,
    pub rows: u16,
}

/// What a program wrote there, and how it ended.
pub struct Seen {
    pub text: String,
    pub code: Option<i32>,
}

/// Runs a program to its end, with both its streams in a terminal of this size.
pub fn see(mut command: Command, size: Size) -> Seen {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let size = Winsize {
        ws_row: size.rows,
        ws_col: size.columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&terminal, size).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let inside = || -> OwnedFd {
        let path = OsStr::from_bytes(name.to_bytes());
        OpenOptions::new().read(true).write(true).open(path).unwrap().into()
    };
    let mut child = command
        .stdin(inside())
        .stdout(inside())
        .stderr(inside())
        .spawn()
        .unwrap();
    // The command holds the other end open: only when nobody does, reading ends.
    drop(command);
    let mut bytes = Vec::new();
    let mut terminal = File::from(terminal);
    let mut piece = [0; 4096];
    // Linux says EIO where the last one has closed, others that there is nothing more.
    while let Ok(length @ 1..) = terminal.read(&mut piece) {
        bytes.extend(&piece[..length]);
    }
    Seen {
        text: String::from_utf8(bytes).unwrap(),
        code: child.wait().unwrap().code(),
    }
}

impl Seen {
    /// The lines that are left, without colours: what was drawn and taken away again is not among them.
    pub fn last_lines(&self) -> Vec<String> {
        let left = |line: &str| line.rsplit(['\r']).next().unwrap_or_default().to_owned();
        let text = self.text.replace("\r\n", "\n");
        text.lines().map(|line| left(&strip_ansi_codes(line))).collect()
    }

    /// The lines that were drawn to be taken away again. Each is filled up to the width, where the next begins.
    pub fn drawn(&self, columns: usize) -> Vec<String> {
        let text = self.text.replace("\r\n", "\n");
        let erased = |piece: &&str| piece.contains("\u{1b}[2K") || piece.contains("\u{1b}[1A");
        let pieces = text.lines().flat_map(|line| line.split('\r')).filter(erased);
        let lines = pieces.flat_map(|piece| {
            let letters: Vec<_> = strip_ansi_codes(piece).chars().collect();
            let lines = letters.chunks(columns).map(|line| line.iter().collect::<String>());
            lines.collect::<Vec<_>>()
        });
        lines
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect()
    }
}
