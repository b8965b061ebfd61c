//! An event in which given checks of given fields have given outcomes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::term::{Selector, Step};
use super::values::{Fit, Possible};

/// An event with what each selector may hold, the surest one; none when there is no such event.
pub fn event<'a>(fields: impl Iterator<Item = (&'a Selector, Possible)>) -> Option<Value> {
    let mut root = Place::default();
    for (selector, possible) in fields {
        let place = selector
            .0
            .iter()
            .fold(&mut root, |place, step| place.below.entry(step).or_default());
        place.own = Some(possible);
    }
    root.object().map(|(event, _)| event)
}

/// The event in words: `an event with $.a = "x" and without $.b`.
pub fn words(event: &Value, selectors: &[&Selector]) -> String {
    let pointed = |selector: &Selector| {
        selector.0.iter().try_fold(event, |value, step| match step {
            Step::Name(name) => value.get(name),
            Step::Index(index) => value.get(*index as usize),
            Step::AnyName | Step::AnyIndex => None,
        })
    };
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for selector in selectors {
        match pointed(selector) {
            Some(value) => with.push(format!("{selector} = {value}")),
            None => without.push(selector.to_string()),
        }
    }
    let parts = [("with ", with), ("without ", without)];
    let parts = parts.into_iter().filter(|(_, fields)| !fields.is_empty());
    let parts: Vec<_> = parts
        .map(|(how, fields)| format!("{how}{}", fields.join(", ")))
        .collect();
    if parts.is_empty() {
        return "any event".to_owned();
    }
    format!("an event {}", parts.join(" and "))
}

/// One place of the event, and what lies below it.
#[derive(Default)]
struct Place<'a> {
    own: Option<Possible>,
    below: BTreeMap<&'a Step, Place<'a>>,
}

/// What stands at a place; none: nothing does.
type Filling = (Option<Value>, Fit);

impl Place<'_> {
    /// The surest filling.
    fn filling(&self) -> Option<Filling> {
        let container = match &self.own {
            Some(own) => own.container,
            None => Some(Fit::Sure),
        };
        let whole = container.map(|container| {
            let whole = [self.object(), self.array()].into_iter().flatten();
            whole.map(move |(value, fit)| (Some(value), fit.min(container)))
        });
        let mut ways = Vec::new();
        let hollow = self
            .below
            .values()
            .map(Self::absent)
            .try_fold(Fit::Sure, |fit, below| Some(fit.min(below?)));
        if let (Some(hollow), Some(own)) = (hollow, &self.own) {
            let scalar = own.scalar.clone().map(|(value, fit)| (Some(value), fit.min(hollow)));
            let missing = own.missing.map(|fit| (None, fit.min(hollow)));
            ways.extend(scalar.into_iter().chain(missing));
        }
        ways.extend(whole.into_iter().flatten());
        let sure = ways.iter().position(|(_, fit)| *fit == Fit::Sure);
        (!ways.is_empty()).then(|| ways.swap_remove(sure.unwrap_or(0)))
    }

    /// How sure it is that nothing may stand here.
    fn absent(&self) -> Option<Fit> {
        let own = match &self.own {
            Some(own) => own.missing?,
            None => Fit::Sure,
        };
        self.below
            .values()
            .map(Self::absent)
            .try_fold(own, |fit, below| Some(fit.min(below?)))
    }

    fn object(&self) -> Option<(Value, Fit)> {
        let (mut members, mut sure) = (Map::new(), Fit::Sure);
        for (step, place) in &self.below {
            if let Step::Name(name) = step {
                let (value, fit) = place.filling()?;
                sure = sure.min(fit);
                if let Some(value) = value {
                    members.insert(name.clone(), value);
                }
            } else {
                sure = sure.min(place.absent()?);
            }
        }
        Some((Value::Object(members), sure))
    }

    fn array(&self) -> Option<(Value, Fit)> {
        let (mut items, mut sure) = (Vec::new(), Fit::Sure);
        for (step, place) in &self.below {
            let Step::Index(index) = step else {
                sure = sure.min(place.absent()?);
                continue;
            };
            let (value, fit) = place.filling()?;
            sure = sure.min(fit);
            let Some(value) = value else { continue };
            if *index as usize > LONGEST {
                sure = Fit::Perhaps;
                continue;
            }
            // What should not be there, but has to be so that this one can be: the event is tried, and may fail.
            items.resize(*index as usize, Value::Null);
            items.push(value);
        }
        Some((Value::Array(items), sure))
    }
}

/// No event of ours has a longer array.
const LONGEST: usize = 1000;
