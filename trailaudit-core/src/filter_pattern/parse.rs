//! From text to terms, by recursive descent of bounded depth.

use super::term::{Check, Comparison, Finite, Operand, Selector, Step, Term, Test, is_plain};

/// The longest pattern that is read, in characters. `PutMetricFilter` takes 1,024.
pub const MAX_LENGTH: usize = 4096;

/// How deep parentheses and `NOT` may be nested, and fields of an event.
pub const MAX_DEPTH: usize = 64;

/// A text that is no filter pattern for JSON events, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}, at character {position}")]
pub struct ParseError {
    /// Counted in characters from 1.
    pub position: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// Why a text is no filter pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// More than [`MAX_LENGTH`] characters.
    #[error("the pattern is longer than {MAX_LENGTH} characters")]
    TooLong,
    /// More than [`MAX_DEPTH`] levels.
    #[error("the pattern is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// A pattern of words, of a regular expression or of `[columns]`.
    #[error("the pattern is not in braces: it is not one for JSON events")]
    NotJson,
    /// Something else stands where this belongs.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A quote or percent sign that is not closed.
    #[error("the text is not closed")]
    NotClosed,
    /// A backslash before anything but a quote or a backslash.
    #[error("a backslash is only understood before a quote or a backslash")]
    Escape,
    /// `<`, `<=`, `>` or `>=` before something that is no number.
    #[error("only a number can be compared by order")]
    OrderOfText,
    /// A number or index that is too large.
    #[error("the number is too large")]
    NumberTooLarge,
    /// `IS NOT`, which CloudWatch Logs does not support.
    #[error("IS NOT is not supported by CloudWatch Logs")]
    IsNot,
}

pub fn parse(text: &str) -> Result<Term, ParseError> {
    let characters: Vec<char> = text.chars().take(MAX_LENGTH + 1).collect();
    let mut parser = Parser { characters, at: 0 };
    if parser.characters.len() > MAX_LENGTH {
        parser.at = MAX_LENGTH;
        return parser.fail(Problem::TooLong);
    }
    parser.skip_space();
    if parser.peek().is_none() {
        return Ok(Term::All(Vec::new()));
    }
    if !parser.take('{') {
        return parser.fail(Problem::NotJson);
    }
    let term = parser.any(0)?;
    parser.expect('}', "&&, || or a closing brace")?;
    parser.skip_space();
    match parser.peek() {
        None => Ok(term),
        Some(_) => parser.fail(Problem::Expected("nothing after the closing brace")),
    }
}

struct Parser {
    characters: Vec<char>,
    at: usize,
}

impl Parser {
    fn any(&mut self, depth: usize) -> Result<Term, ParseError> {
        let mut terms = vec![self.all(depth)?];
        while self.take_pair('|')? {
            terms.push(self.all(depth)?);
        }
        Ok(alone(terms).unwrap_or_else(Term::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Term, ParseError> {
        let mut terms = vec![self.single(depth)?];
        while self.take_pair('&')? {
            terms.push(self.single(depth)?);
        }
        Ok(alone(terms).unwrap_or_else(Term::All))
    }

    fn single(&mut self, depth: usize) -> Result<Term, ParseError> {
        self.skip_space();
        if depth >= MAX_DEPTH {
            return self.fail(Problem::TooDeep);
        }
        if self.take('(') {
            let term = self.any(depth + 1)?;
            self.expect(')', "&&, || or a closing parenthesis")?;
            return Ok(term);
        }
        if self.take_word("NOT") {
            return Ok(Term::Not(Box::new(self.single(depth + 1)?)));
        }
        if self.peek() == Some('$') {
            return Ok(Term::Test(Test {
                selector: self.selector()?,
                check: self.check()?,
            }));
        }
        self.fail(Problem::Expected("a selector, an opening parenthesis or NOT"))
    }

    fn selector(&mut self) -> Result<Selector, ParseError> {
        self.at += 1;
        let mut steps = Vec::new();
        loop {
            let step = match self.peek() {
                Some('[') => self.bracket()?,
                Some('.') => {
                    self.at += 1;
                    match self.peek() {
                        Some('[') => self.bracket()?,
                        Some('*') => {
                            self.at += 1;
                            Step::AnyName
                        }
                        _ => Step::Name(self.name()?),
                    }
                }
                _ if steps.is_empty() => return self.fail(Problem::Expected("a field after $")),
                _ => return Ok(Selector(steps)),
            };
            steps.push(step);
            if steps.len() > MAX_DEPTH {
                return self.fail(Problem::TooDeep);
            }
        }
    }

    fn name(&mut self) -> Result<String, ParseError> {
        let name = self.run(is_plain);
        if name.is_empty() {
            return self.fail(Problem::Expected("the name of a field"));
        }
        Ok(name)
    }

    fn bracket(&mut self) -> Result<Step, ParseError> {
        self.at += 1;
        let start = self.at;
        let step = match self.peek() {
            Some('*') => {
                self.at += 1;
                Step::AnyIndex
            }
            Some(quote @ ('"' | '\'')) => Step::Name(self.quoted(quote)?),
            _ => {
                let digits = self.run(|c| c.is_ascii_digit());
                if digits.is_empty() {
                    return self.fail(Problem::Expected("an index, * or a name in quotes"));
                }
                match digits.parse() {
                    Ok(index) => Step::Index(index),
                    Err(_) => return self.fail_at(start, Problem::NumberTooLarge),
                }
            }
        };
        if self.peek() != Some(']') {
            return self.fail(Problem::Expected("a closing bracket"));
        }
        self.at += 1;
        Ok(step)
    }

    fn check(&mut self) -> Result<Check, ParseError> {
        self.skip_space();
        if self.take_word("IS") {
            self.skip_space();
            for (word, check) in [
                ("NULL", Check::IsNull),
                ("TRUE", Check::IsTrue),
                ("FALSE", Check::IsFalse),
            ] {
                if self.take_word(word) {
                    return Ok(check);
                }
            }
            let at = self.at;
            let is_not = self.take_word("NOT");
            let problem = if is_not {
                Problem::IsNot
            } else {
                Problem::Expected("NULL, TRUE or FALSE")
            };
            return self.fail_at(at, problem);
        }
        if self.take_word("EXISTS") {
            return Ok(Check::Exists);
        }
        if self.take_word("NOT") {
            self.skip_space();
            if self.take_word("EXISTS") {
                return Ok(Check::NotExists);
            }
            return self.fail(Problem::Expected("EXISTS"));
        }
        let comparison = self.comparison()?;
        self.skip_space();
        let at = self.at;
        let operand = self.operand()?;
        let is_order = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if is_order && !matches!(operand, Operand::Number(_)) {
            return self.fail_at(at, Problem::OrderOfText);
        }
        Ok(Check::Compare(comparison, operand))
    }

    fn comparison(&mut self) -> Result<Comparison, ParseError> {
        let (first, second) = (self.peek(), self.characters.get(self.at + 1).copied());
        let (length, comparison) = match (first, second) {
            (Some('='), _) => (1, Comparison::Equal),
            (Some('!'), Some('=')) => (2, Comparison::NotEqual),
            (Some('<'), Some('=')) => (2, Comparison::LessOrEqual),
            (Some('>'), Some('=')) => (2, Comparison::GreaterOrEqual),
            (Some('<'), _) => (1, Comparison::Less),
            (Some('>'), _) => (1, Comparison::Greater),
            _ => return self.fail(Problem::Expected("a comparison, IS, EXISTS or NOT EXISTS")),
        };
        self.at += length;
        Ok(comparison)
    }

    fn operand(&mut self) -> Result<Operand, ParseError> {
        match self.peek() {
            Some(quote @ ('"' | '\'')) => Ok(Operand::Text(self.quoted(quote)?)),
            Some('%') => {
                let start = self.at;
                self.at += 1;
                let regex = self.run(|c| c != '%');
                if self.peek().is_none() {
                    return self.fail_at(start, Problem::NotClosed);
                }
                self.at += 1;
                Ok(Operand::Regex(regex))
            }
            _ => self.bare(),
        }
    }

    /// Text without quotes, or a number.
    fn bare(&mut self) -> Result<Operand, ParseError> {
        let start = self.at;
        let text = self.run(|c| !c.is_whitespace() && !"(){}\"'&|=!<>%,\\".contains(c));
        if text.is_empty() {
            return self.fail(Problem::Expected("a text, a number or a regular expression"));
        }
        if !is_number(&text) {
            return Ok(Operand::Text(text));
        }
        match text.parse().ok().and_then(Finite::new) {
            Some(number) => Ok(Operand::Number(number)),
            None => self.fail_at(start, Problem::NumberTooLarge),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, ParseError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.peek() {
                None => return self.fail_at(start, Problem::NotClosed),
                Some(c) if c == quote => break,
                Some('\\') => match self.characters.get(self.at + 1) {
                    Some(c @ ('"' | '\'' | '\\')) => {
                        text.push(*c);
                        self.at += 1;
                    }
                    _ => return self.fail(Problem::Escape),
                },
                Some(c) => text.push(c),
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(text)
    }

    fn run(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let rest = self.characters.iter().skip(self.at);
        let text: String = rest.take_while(|c| belongs(**c)).collect();
        self.at += text.chars().count();
        text
    }

    fn take_pair(&mut self, c: char) -> Result<bool, ParseError> {
        self.skip_space();
        if self.peek() != Some(c) {
            return Ok(false);
        }
        if self.characters.get(self.at + 1) != Some(&c) {
            return self.fail(Problem::Expected(if c == '&' { "&&" } else { "||" }));
        }
        self.at += 2;
        Ok(true)
    }

    /// Takes a keyword in any case, unless it goes on as another word.
    fn take_word(&mut self, word: &str) -> bool {
        let end = self.at + word.len();
        let Some(found) = self.characters.get(self.at..end) else {
            return false;
        };
        let is_same = found
            .iter()
            .zip(word.chars())
            .all(|(c, other)| c.eq_ignore_ascii_case(&other));
        let goes_on = self.characters.get(end).is_some_and(|c| is_plain(*c));
        if is_same && !goes_on {
            self.at = end;
        }
        is_same && !goes_on
    }

    fn take(&mut self, c: char) -> bool {
        let is_next = self.peek() == Some(c);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, c: char, what: &'static str) -> Result<(), ParseError> {
        self.skip_space();
        if self.take(c) {
            Ok(())
        } else {
            self.fail(Problem::Expected(what))
        }
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn fail<T>(&self, problem: Problem) -> Result<T, ParseError> {
        self.fail_at(self.at, problem)
    }

    #[expect(clippy::unused_self, reason = "reads as what the parser does")]
    fn fail_at<T>(&self, at: usize, problem: Problem) -> Result<T, ParseError> {
        Err(ParseError {
            position: at + 1,
            problem,
        })
    }
}

fn alone(mut terms: Vec<Term>) -> Result<Term, Vec<Term>> {
    match terms.pop() {
        Some(term) if terms.is_empty() => Ok(term),
        Some(term) => {
            terms.push(term);
            Err(terms)
        }
        None => Err(terms),
    }
}

/// An integer or decimal with an optional sign, and an optional exponent.
pub fn is_number(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let is_exponent = |text: &str| {
        let text = text.strip_prefix(['+', '-']).unwrap_or(text);
        !text.is_empty() && digits(text)
    };
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent.is_none_or(is_exponent)
}
