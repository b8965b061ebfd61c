//! Which accounts there are, and which of them are entered.

mod tree;
mod wide;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures::channel::mpsc::UnboundedSender;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use trailaudit_core::evidence::{Answer, Exchange};
use trailaudit_core::organization::{AccountId, AccountState, Organization, Region};

use crate::agenda::Agenda;
use crate::calls::{Question, page_token};
use crate::error::CollectError;
use crate::gap;
use crate::listing::Listing;
use crate::progress::Progress;
use crate::record::Recorder;
use crate::scope::{Listed, Scope, Source, read_accounts};
use crate::session::Sessions;
use crate::shard::Shard;

/// Every account that is known, in scope or not.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    pub organization: Option<Organization>,
    pub accounts: BTreeMap<AccountId, Listed>,
    /// The accounts in scope that are entered, by this shard or another.
    pub entered: BTreeSet<AccountId>,
    /// The accounts in scope that are not in use.
    pub shut: BTreeSet<AccountId>,
    /// How many were sent to be entered here.
    pub own: usize,
    /// The accounts to which the administration of trails was delegated, as far as the caller may know.
    pub administrators: Vec<AccountId>,
}

/// Finds accounts and sends those in scope to be entered.
pub(crate) struct Discovery<'a> {
    pub sessions: &'a Sessions,
    pub recorder: &'a Recorder,
    pub scope: &'a Scope,
    pub agenda: &'a Agenda,
    /// The part of the accounts that is sent; all of them without one.
    pub shard: Option<Shard>,
    /// Where Organizations answers.
    pub region: &'a Region,
    pub found: UnboundedSender<Listed>,
    /// The roots of the organization, asked for once by whoever comes first.
    pub roots: OnceCell<Listing>,
}

impl Discovery<'_> {
    /// Accounts are sent page by page, so that the first is entered while the list is still being read; only a scope
    /// that selects among accounts needs the whole list first.
    pub async fn run(&self) -> Result<Directory, CollectError> {
        let directory = self.find().await;
        self.found.close_channel();
        directory
    }

    async fn find(&self) -> Result<Directory, CollectError> {
        let mut directory = Directory::default();
        match &self.scope.source {
            Source::Organization => {
                let administrators = async { Ok(self.administrators().await) };
                let ((), administrators) = futures::try_join!(self.ask_organizations(&mut directory), administrators)?;
                directory.administrators = administrators;
            }
            Source::AccountsFile(path) => self.plan(&mut directory, read_accounts(path)?, "accounts-file")?,
            Source::SingleAccount => {
                let own = Listed {
                    id: self.sessions.base().account().clone(),
                    name: String::new(),
                    state: AccountState::Unknown,
                    path: None,
                    role: None,
                };
                self.plan(&mut directory, vec![own], "single-account")?;
                // Not to find accounts: whether this one belongs to an Organization is a question of its own.
                let exchange = self.ask(Question::Organization).await;
                let own = self.sessions.base().account().as_str();
                if matches!(&exchange.answer, Answer::Ok(answer) if answer["Organization"]["MasterAccountId"] == own) {
                    (directory.administrators, ()) = futures::join!(self.administrators(), Box::pin(self.wide()));
                }
            }
        }
        if directory.entered.is_empty() && directory.shut.is_empty() {
            // An audit of nothing would find nothing wrong.
            let problem = "together with the other limits it leaves no account".to_owned();
            return Err(CollectError::Option {
                option: "scope",
                problem,
            });
        }
        self.announce(&directory, true);
        Ok(directory)
    }

    /// Accounts that Organizations was not asked about.
    fn plan(&self, directory: &mut Directory, accounts: Vec<Listed>, source: &str) -> Result<(), CollectError> {
        for account in &accounts {
            self.recorder.log().write(&json!({
                "event": "planned",
                "account": account.id,
                "name": account.name,
                "source": source,
            }));
            directory.accounts.insert(account.id.clone(), account.clone());
        }
        self.all_accounts_are_known(directory)?;
        for account in accounts {
            self.admit(directory, account, None);
        }
        Ok(())
    }

    async fn ask_organizations(&self, directory: &mut Directory) -> Result<(), CollectError> {
        let selects = self.scope.selects_accounts();
        let mut pages = Pages::default();
        // The first accounts need not wait for what the organization is called.
        let first = self.ask(Question::Accounts { next: pages.token() });
        let (organization, mut page) = futures::join!(self.organization(), first);
        directory.organization = Some(organization?);
        loop {
            let answer = answered(&page)?;
            for entry in answer["Accounts"].as_array().into_iter().flatten() {
                let Some(account) = read_account(entry) else { continue };
                directory.accounts.insert(account.id.clone(), account.clone());
                if !selects {
                    self.admit(directory, account, None);
                }
            }
            self.announce(directory, false);
            if !pages.turn(&page, answer)? {
                break;
            }
            page = self.ask(Question::Accounts { next: pages.token() }).await;
        }
        self.complete_paths(directory).await?;
        if selects {
            self.select(directory).await?;
        }
        Ok(())
    }

    async fn organization(&self) -> Result<Organization, CollectError> {
        let exchange = self.ask(Question::Organization).await;
        if gap::code(&exchange) == Some("AWSOrganizationsNotInUseException") {
            return Err(CollectError::NotInOrganization {
                account: self.sessions.base().account().to_string(),
            });
        }
        let organization = &answered(&exchange)?["Organization"];
        let text = |field: &str| organization[field].as_str();
        match (text("Id"), text("MasterAccountId")) {
            (Some(id), Some(management)) => Ok(Organization {
                id: id.to_owned(),
                management_account: management.into(),
            }),
            _ => Err(CollectError::listing(&exchange)),
        }
    }

    /// Where the list itself does not say where accounts hang, one walk from the root down does. When only the report
    /// wants to know, a walk that fails is a gap like any other.
    async fn complete_paths(&self, directory: &mut Directory) -> Result<(), CollectError> {
        let known: BTreeSet<&str> = directory
            .accounts
            .values()
            .flat_map(|account| account.path.iter().flatten())
            .map(String::as_str)
            .collect();
        let lacks_paths = directory.accounts.values().any(|account| account.path.is_none());
        // A unit without accounts is in no path; it is no mistake to name it.
        if !lacks_paths && self.scope.unknown_units(|id| known.contains(id)).is_empty() {
            return Ok(());
        }
        let walked = tree::walk(self).await;
        if !self.scope.selects_units() {
            return Ok(());
        }
        let tree = walked?;
        let ids = self.scope.unknown_units(|id| tree.units.contains(id));
        if !ids.is_empty() {
            return Err(CollectError::UnknownUnits { ids });
        }
        for (account, path) in tree.accounts {
            if let Some(listed) = directory.accounts.get_mut(&account) {
                listed.path.get_or_insert(path);
            }
        }
        Ok(())
    }

    async fn select(&self, directory: &mut Directory) -> Result<(), CollectError> {
        self.all_accounts_are_known(directory)?;
        let by_tags = !self.scope.account_tags.is_empty();
        let otherwise = Scope {
            account_tags: BTreeMap::new(),
            ..self.scope.clone()
        };
        for account in directory.accounts.values().cloned().collect::<Vec<_>>() {
            // Tags are asked for one account at a time (10 a second): only where they decide.
            let tags = if by_tags && otherwise.excludes(&account, None).is_none() {
                Some(self.tags(&account.id).await?)
            } else {
                None
            };
            self.admit(directory, account, tags.as_ref());
            self.announce(directory, false);
        }
        Ok(())
    }

    async fn tags(&self, account: &AccountId) -> Result<BTreeMap<String, String>, CollectError> {
        let mut tags = BTreeMap::new();
        let mut pages = Pages::default();
        loop {
            let account = account.clone();
            let page = self
                .ask(Question::TagsOf {
                    account,
                    next: pages.token(),
                })
                .await;
            let answer = answered(&page)?;
            for tag in answer["Tags"].as_array().into_iter().flatten() {
                if let (Some(key), Some(value)) = (tag["Key"].as_str(), tag["Value"].as_str()) {
                    tags.insert(key.to_owned(), value.to_owned());
                }
            }
            if !pages.turn(&page, answer)? {
                break;
            }
        }
        Ok(tags)
    }

    /// Sends an account on its way, unless the scope is against it or it falls to another shard, which then tells of it.
    /// One that is not in use is sent as well: its empty record file says that it was there.
    fn admit(&self, directory: &mut Directory, account: Listed, tags: Option<&BTreeMap<String, String>>) {
        let is_own = self.shard.is_none_or(|shard| shard.holds(&account.id));
        if let Some(why) = self.scope.excludes(&account, tags) {
            if is_own {
                self.recorder
                    .log()
                    .write(&json!({"event": "excluded", "account": account.id, "why": why}));
            }
            return;
        }
        let is_used = account.state.is_auditable();
        let in_scope = if is_used {
            &mut directory.entered
        } else {
            &mut directory.shut
        };
        if in_scope.insert(account.id.clone()) && is_own {
            directory.own += usize::from(is_used);
            // The other end is dropped only together with the whole run.
            let _ = self.found.unbounded_send(account);
        }
    }

    fn all_accounts_are_known(&self, directory: &Directory) -> Result<(), CollectError> {
        let ids = self.scope.unknown_accounts(|id| directory.accounts.contains_key(id));
        if ids.is_empty() {
            Ok(())
        } else {
            Err(CollectError::UnknownAccounts { ids })
        }
    }

    /// The roots of the organization.
    async fn roots(&self) -> &Listing {
        let asked = || {
            self.sessions
                .list_organization(self.region, |next| Question::Roots { next })
        };
        self.roots.get_or_init(asked).await
    }

    async fn ask(&self, question: Question) -> Exchange {
        self.sessions.ask_organization(self.region, question).await
    }

    fn announce(&self, directory: &Directory, complete: bool) {
        let accounts = directory.own;
        self.recorder.announce(|| Progress::Discovered { accounts, complete });
    }
}

/// Where a listing stands. A page without entries is legal as long as it has a token; a token that comes back is not, were it
/// by way of others.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    next: Option<String>,
    seen: HashSet<String>,
}

impl Pages {
    /// The token to ask the next page with; none for the first page.
    pub fn token(&self) -> Option<String> {
        self.next.clone()
    }

    /// Turns to the page after `answer`; false when that was the last.
    pub fn turn(&mut self, page: &Exchange, answer: &Value) -> Result<bool, CollectError> {
        let next = page_token(answer).map(str::to_owned);
        if next.as_ref().is_some_and(|token| !self.seen.insert(token.clone())) {
            return Err(CollectError::Listing {
                operation: page.operation.clone(),
                code: "RepeatedToken".to_owned(),
                message: "the same page token came twice".to_owned(),
            });
        }
        self.next = next;
        Ok(self.next.is_some())
    }
}

fn answered(exchange: &Exchange) -> Result<&Value, CollectError> {
    match &exchange.answer {
        Answer::Ok(answer) => Ok(answer),
        Answer::Error { .. } => Err(CollectError::listing(exchange)),
    }
}

fn read_account(entry: &Value) -> Option<Listed> {
    let text = |field: &str| entry[field].as_str();
    Some(Listed {
        id: text("Id")?.into(),
        name: text("Name").unwrap_or_default().to_owned(),
        state: state(text("State").or_else(|| text("Status"))),
        path: entry["Paths"][0].as_str().map(units_of),
        role: None,
    })
}

/// `Status` was retired in September 2026 in favour of `State`; some answers still have only the one or the other.
fn state(word: Option<&str>) -> AccountState {
    match word {
        Some("ACTIVE") => AccountState::Active,
        Some("PENDING_ACTIVATION") => AccountState::PendingActivation,
        Some("SUSPENDED") => AccountState::Suspended,
        Some("PENDING_CLOSURE") => AccountState::PendingClosure,
        Some("CLOSED") => AccountState::Closed,
        _ => AccountState::Unknown,
    }
}

/// The roots and units of `o-ORG/r-ROOT/ou-UNIT/.../ACCOUNT/`.
fn units_of(path: &str) -> Vec<String> {
    let is_unit = |part: &&str| part.starts_with("r-") || part.starts_with("ou-");
    path.split('/').filter(is_unit).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use trailaudit_core::evidence::Transport;

    use super::*;

    #[test]
    fn reads_an_account_of_today_and_of_before() {
        let today = json!({"Id": "111122223333", "Name": "n", "State": "PENDING_CLOSURE", "Status": "ACTIVE",
            "Paths": ["o-abc/r-ab12/ou-ab12-1111/ou-ab12-2222/111122223333/"]});
        let account = read_account(&today).unwrap();
        assert_eq!(account.state, AccountState::PendingClosure);
        assert_eq!(account.path.unwrap(), ["r-ab12", "ou-ab12-1111", "ou-ab12-2222"]);
        let before = read_account(&json!({"Id": "1", "Status": "SUSPENDED"})).unwrap();
        assert_eq!((before.state, before.path), (AccountState::Suspended, None));
        assert_eq!(read_account(&json!({"Id": "1"})).unwrap().state, AccountState::Unknown);
        assert_eq!(read_account(&json!({"Name": "n"})), None);
    }

    #[test]
    fn an_empty_page_is_turned_and_a_repeated_token_is_not() {
        let page = Exchange {
            account: "1".into(),
            region: "us-east-1".into(),
            service: "organizations".into(),
            operation: "ListAccounts".into(),
            parameters: json!({}),
            answer: Answer::Ok(json!({})),
            transport: Transport::default(),
        };
        let mut pages = Pages::default();
        assert_eq!(pages.token(), None);
        assert!(pages.turn(&page, &json!({"Accounts": [], "NextToken": "a"})).unwrap());
        assert_eq!(pages.token().as_deref(), Some("a"));
        let repeated = pages.turn(&page, &json!({"NextToken": "a"}));
        assert!(matches!(repeated, Err(CollectError::Listing { code, .. }) if code == "RepeatedToken"));
        assert!(pages.turn(&page, &json!({"NextToken": "b"})).unwrap());
        assert!(pages.turn(&page, &json!({"NextToken": "a"})).is_err(), "in a circle");
        assert!(!pages.turn(&page, &json!({"Accounts": []})).unwrap());
    }
}
