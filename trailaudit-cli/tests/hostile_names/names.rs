//! Names that nobody sane would choose, and an Organization that bears them.

use trailaudit_sim::{Account, OrganizationalUnit, Trail, World};

use crate::worlds::{ARCHIVE, FIRST, HOME, account, days_ago, sound, trail_arn};

/// A unit's name: more than one line, and markup. It is asked for only where accounts are listed without their place.
const UNIT: &str = "Payments\r\n<script>document.body.append('ra'+'n!')</script>\n=1+1";

/// What the tables show of a unit is its id; an endpoint that is not AWS gives any.
pub const UNIT_ID: &str =
    "ou-1\r\n<img src=hostile onerror=\"document.body.append('ra'+'n!')\">\n=1+1\u{202e}\u{1b}[2J";

/// A tag's value: an override of the direction of writing, and an isolate that is never closed.
pub const TAG: &str = "\u{202e}evil\u{202c} \u{2066}team";

/// What a spreadsheet could calculate, or take for cells and rows of its own.
pub const FORMULAS: [&str; 28] = [
    "=HYPERLINK(\"http://hostile.example/sheet\",\"click\")",
    "=WEBSERVICE(\"http://hostile.example/sheet\")",
    "=cmd|' /C calc'!A0",
    "=DDE(\"soffice\",\"/etc/passwd\",\"x\")",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\r\n=1+1",
    "  =1+1",
    "\u{a0}=1+1",
    "\u{2003}=1+1",
    "\u{3000}=1+1",
    "\u{feff}=1+1",
    "\u{200b}=1+1",
    "\u{202e}=1+1",
    "\u{85}=1+1",
    "\0=1+1",
    " \0\u{b}=1+1",
    "\u{1b}=1+1",
    "\u{ff1d}1+1",
    "\u{ff0b}1",
    "\u{ff20}SUM(1)",
    "\u{fe66}1+1",
    "a\",=1+1,\"b\"\r\n\"=1+1\",\"c",
    "a;=1+1\t=1+1",
];

/// What a page could run, load or follow.
pub const MARKUP: [&str; 12] = [
    "<script>document.body.append('ra'+'n!');new Image().src='http://hostile.example/script'</script>",
    "<img src=\"http://hostile.example/img\" onerror=\"document.body.append('ra'+'n!')\">",
    "<svg onload=\"document.body.append('ra'+'n!')\"></svg>",
    "\"><b onclick=x>'><b>",
    "<iframe src=\"http://hostile.example/frame\"></iframe>",
    "</style><style>@import url(http://hostile.example/css);</style>",
    "</title></code></td></table><base href=\"http://hostile.example/\">",
    "<link rel=stylesheet href=http://hostile.example/link>",
    "<meta http-equiv=refresh content=\"0;url=http://hostile.example/refresh\">",
    "<!-- ]]> --><a href=\"javascript:document.body.append('ra'+'n!')\" ping=http://hostile.example/ping>a</a>",
    "&lt;script&gt;&#60;b&#62;&amp;{{ 7*7 }}{% raw %}",
    "\u{0}<scr\u{0}ipt>\u{8}",
];

/// What a terminal could obey, and what hides.
pub const CONTROLS: [&str; 4] = [
    "\u{1b}[2J\u{1b}]0;title\u{7}\u{1b}P1$r\u{1b}\\",
    "\u{9b}31m\u{9d}0;title\u{9c}\u{7f}\u{8}\u{8}",
    "invoice\u{202e}fdp.exe\u{2066}\u{200b}\u{ad}\u{61c}\u{e0041}\u{feff}",
    "Alice\u{2028}VERIFIED\u{2029}\nVERIFIED     every file",
];

/// The name of a trail that a member made: it ends an ARN.
pub const TRAIL: &str =
    "t\"><img src=http://hostile.example/trail onerror=\"document.body.append('ra'+'n!')\">\n=1+1\u{9b}";

/// All of them.
pub fn all() -> impl Iterator<Item = &'static str> {
    FORMULAS.into_iter().chain(MARKUP).chain(CONTROLS)
}

/// An Organization in which each name is that of an account nobody can enter, below a unit that is no better; one that
/// can be entered has no trail but its own, whose name is one of these. The key has four megabytes of description, and
/// all accounts have the tag `team`.
pub fn world() -> World {
    let mut world = sound(&[HOME]);
    world.organization.units.push(OrganizationalUnit {
        id: UNIT_ID.to_owned(),
        name: UNIT.to_owned(),
        parent: world.organization.root_id.clone(),
        tags: [].into(),
    });
    for (number, name) in all().enumerate() {
        let mut account = Account::new(&format!("5{number:011}"), name, days_ago(100));
        UNIT_ID.clone_into(&mut account.parent);
        world.add(account);
    }
    let organization_trail = trail_arn(HOME);
    let first = account(&mut world, FIRST);
    UNIT_ID.clone_into(&mut first.parent);
    first.lose_copies_of(&organization_trail);
    first.trails.push(Trail::new(TRAIL, HOME, days_ago(10)));
    account(&mut world, ARCHIVE).keys[0].description = "=<script>\u{202e}".repeat((4 << 20) / 12 + 1);
    for account in world.accounts.values_mut() {
        account.tags.insert("team".to_owned(), TAG.to_owned());
    }
    world
}

/// A name as a page shows it: what cannot be seen by its code point.
pub fn visible(name: &str) -> String {
    const HIDDEN: &str = "\u{ad}\u{61c}\u{200b}\u{2028}\u{2029}\u{202c}\u{202e}\u{2066}\u{feff}\u{e0041}";
    let shown = |c: char| {
        if c.is_control() || HIDDEN.contains(c) {
            format!("⟨U+{:04X}⟩", u32::from(c))
        } else {
            c.to_string()
        }
    };
    name.chars().map(shown).collect()
}

/// Whether a terminal would do something about it, or show it in another place than it stands.
pub fn drives_a_terminal(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
            | '\u{e0041}')
}
