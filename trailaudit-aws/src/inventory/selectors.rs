//! Which events a trail records, decided from its basic or advanced event selectors.

use std::collections::BTreeSet;

use trailaudit_core::trail::EventClass;

use super::said::{Part, Said, Unreadable, flag, list, parts, text, texts, word};

/// The selectors of a trail.
///
/// Basic and advanced selectors exclude each other; a trail that shows a list without any records all management events,
/// which is the default. A selector's `Name` is free text and decides nothing.
pub(super) enum Selectors<'a> {
    Basic(Vec<Basic<'a>>),
    Advanced(Vec<Advanced<'a>>),
    Default,
}

impl<'a> Selectors<'a> {
    /// Reads the selectors of one `GetEventSelectors` answer.
    pub(super) fn of(answer: Part<'a>) -> Said<Self> {
        let listed = |name: &str| answer.may(name, list);
        let (basic, advanced) = (listed("EventSelectors")?, listed("AdvancedEventSelectors")?);
        if basic.or(advanced).is_none() {
            return Err(Unreadable::because("the answer does not have EventSelectors"));
        }
        let some = |list: Option<&'a [_]>| list.filter(|selectors| !selectors.is_empty());
        match (some(basic), some(advanced)) {
            (None, None) => Ok(Self::Default),
            (Some(selectors), None) => {
                let selectors = selectors.iter().map(|selector| Basic::of(Part::of(selector)?));
                Ok(Self::Basic(selectors.collect::<Said<_>>()?))
            }
            (None, Some(selectors)) => {
                let selectors = selectors.iter().map(|selector| Advanced::of(Part::of(selector)?));
                Ok(Self::Advanced(selectors.collect::<Said<_>>()?))
            }
            (Some(_), Some(_)) => Err(Unreadable::because(
                "the answer has both EventSelectors and AdvancedEventSelectors",
            )),
        }
    }

    /// Whether they record every event of `class`. Excluded event sources are a question of their own:
    /// [`Selectors::excluded_sources`].
    pub(super) fn record(&self, class: EventClass) -> bool {
        match self {
            Self::Advanced(selectors) => selectors.iter().any(|selector| selector.records(class)),
            Self::Basic(selectors) => selectors.iter().any(|selector| selector.records(class)),
            Self::Default => matches!(class, EventClass::ManagementRead | EventClass::ManagementWrite),
        }
    }

    /// The sources whose management events are left out, in order; none when no management events are recorded at all.
    pub(super) fn excluded_sources(&self) -> Option<Vec<String>> {
        let each: Vec<_> = match self {
            Self::Advanced(selectors) => selectors.iter().map(Advanced::excludes).collect(),
            Self::Basic(selectors) => selectors.iter().map(Basic::excludes).collect(),
            Self::Default => return Some(Vec::new()),
        };
        let mut all: Option<BTreeSet<_>> = None;
        for sources in each.into_iter().flatten() {
            all.get_or_insert_default().extend(sources);
        }
        all.map(|sources| sources.into_iter().collect())
    }
}

/// A basic selector. What it leaves out has the default that the API reference gives (`EventSelector`).
pub(super) struct Basic<'a> {
    types: &'a str,
    management: bool,
    excluded: Vec<&'a str>,
    all_objects: bool,
}

impl<'a> Basic<'a> {
    fn of(selector: Part<'a>) -> Said<Self> {
        let types = word(&["All", "ReadOnly", "WriteOnly"]);
        let types = selector.may("ReadWriteType", types)?.unwrap_or("All");
        let mut all_objects = false;
        for resource in selector.may("DataResources", parts)?.unwrap_or_default() {
            let (kind, values) = (resource.must("Type", text)?, resource.may("Values", texts)?);
            let mut names = values.into_iter().flatten();
            all_objects |= kind == "AWS::S3::Object" && names.any(is_every_bucket);
        }
        let excluded = selector.may("ExcludeManagementEventSources", texts)?;
        Ok(Self {
            types,
            management: selector.may("IncludeManagementEvents", flag)?.unwrap_or(true),
            excluded: excluded.unwrap_or_default(),
            all_objects,
        })
    }

    fn records(&self, class: EventClass) -> bool {
        let (reads, writes) = (self.types != "WriteOnly", self.types != "ReadOnly");
        match class {
            EventClass::ManagementRead => self.management && reads,
            EventClass::ManagementWrite => self.management && writes,
            EventClass::ObjectRead => self.all_objects && reads,
            EventClass::ObjectWrite => self.all_objects && writes,
            _ => false,
        }
    }

    fn excludes(&self) -> Option<Vec<String>> {
        let excluded = self.excluded.iter().map(|source| (*source).to_owned());
        self.management.then(|| excluded.collect())
    }
}

/// `arn:aws:s3`, with or without three colons, stands for every bucket there is or will be.
fn is_every_bucket(name: &str) -> bool {
    let mut parts = name.trim_end_matches(':').split(':');
    let is_arn = parts.next() == Some("arn") && parts.next().is_some_and(|partition| partition.starts_with("aws"));
    is_arn && parts.next() == Some("s3") && parts.next().is_none()
}

/// An advanced selector: conditions that all must hold.
pub(super) struct Advanced<'a>(Vec<Condition<'a>>);

/// A field, and what each operator asks of it.
struct Condition<'a> {
    field: &'a str,
    asks: Vec<(&'a str, Vec<&'a str>)>,
}

/// How a condition can narrow (botocore, `AdvancedFieldSelector`).
const OPERATORS: [&str; 6] = [
    "Equals",
    "StartsWith",
    "EndsWith",
    "NotEquals",
    "NotStartsWith",
    "NotEndsWith",
];

/// What events there are (botocore, `AdvancedFieldSelector`).
const CATEGORIES: [&str; 7] = [
    "Management",
    "Data",
    "NetworkActivity",
    "Insight",
    "ConfigurationItem",
    "Evidence",
    "ActivityAuditLog",
];

impl<'a> Advanced<'a> {
    fn of(selector: Part<'a>) -> Said<Self> {
        let conditions = selector.must("FieldSelectors", parts)?.into_iter();
        let selector = Self(conditions.map(Condition::of).collect::<Said<_>>()?);
        // Every selector has one, which says with `Equals` what it is about.
        let is_known = |category: &Condition<'_>| {
            let words = category.only("Equals").unwrap_or_default();
            !words.is_empty() && words.iter().all(|word| CATEGORIES.contains(word))
        };
        if selector.about("eventCategory").next().is_some() && selector.about("eventCategory").all(is_known) {
            Ok(selector)
        } else {
            Err(Unreadable::because("the answer's eventCategory cannot be read"))
        }
    }

    fn about(&self, field: &str) -> impl Iterator<Item = &Condition<'a>> {
        self.0.iter().filter(move |condition| condition.field == field)
    }

    fn has(&self, field: &str, value: &str) -> bool {
        self.about(field).any(|condition| condition.equals(value))
    }

    fn records(&self, class: EventClass) -> bool {
        let (category, read_only) = match class {
            EventClass::ManagementRead => ("Management", "true"),
            EventClass::ManagementWrite => ("Management", "false"),
            EventClass::ObjectRead => ("Data", "true"),
            EventClass::ObjectWrite => ("Data", "false"),
            _ => return false,
        };
        // Every condition narrows: one that is not known here could leave out anything.
        let is_harmless = |condition: &Condition<'_>| match condition.field {
            "eventCategory" => self.has("eventCategory", category),
            "readOnly" => condition.equals(read_only),
            "eventSource" => category == "Management" && condition.only("NotEquals").is_some(),
            "resources.type" => category == "Data" && self.has("resources.type", "AWS::S3::Object"),
            "resources.ARN" => {
                let beginnings = condition.only("StartsWith").into_iter().flatten();
                category == "Data" && beginnings.copied().any(is_every_bucket)
            }
            _ => false,
        };
        self.has("eventCategory", category)
            && (category == "Management" || self.has("resources.type", "AWS::S3::Object"))
            && self.0.iter().all(is_harmless)
    }

    fn excludes(&self) -> Option<Vec<String>> {
        if !self.has("eventCategory", "Management") {
            return None;
        }
        let asks = self.about("eventSource").flat_map(|condition| &condition.asks);
        let excluded = asks.flat_map(|(operator, sources)| {
            sources.iter().map(move |source| match *operator {
                "NotEquals" | "NotStartsWith" | "NotEndsWith" => (*source).to_owned(),
                _ => format!("all but {source}"),
            })
        });
        Some(excluded.collect())
    }
}

impl<'a> Condition<'a> {
    fn of(condition: Part<'a>) -> Said<Self> {
        let field = condition.must("Field", text)?;
        let mut asks = Vec::new();
        for (operator, _) in condition.fields().filter(|(name, _)| *name != "Field") {
            if !OPERATORS.contains(&operator) {
                return Err(Unreadable::because("the answer has an operator that is not known"));
            }
            asks.push((operator, condition.must(operator, texts)?));
        }
        Ok(Self { field, asks })
    }

    /// What it asks by this operator, if it uses no other.
    fn only(&self, operator: &str) -> Option<&[&'a str]> {
        match &self.asks[..] {
            [(used, values)] if *used == operator => Some(values),
            _ => None,
        }
    }

    fn equals(&self, value: &str) -> bool {
        self.only("Equals").is_some_and(|values| values.contains(&value))
    }
}

#[cfg(test)]
mod tests;
