//! From an expression to a predicate: columns found, types checked, values turned into keys of the column's type.

use arrow_schema::{DataType, Schema};
use regex_lite::Regex;

use super::{
    Comparison, Condition, Expr, Literal, Operand, Pattern, Predicate, Set, Test,
    coerce::{Cut, cut, key_range},
    path::nearest,
    predicate::item_type,
    spans::{Key, Spans},
};
use crate::error::{Error, ErrorKind, Result};

const FILTER: &str = "filter rows";

/// What to make of a column that the schema has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// An error: the caller mistyped it.
    Refuse,
    /// All nulls: another file of the same table has it.
    AsNulls,
}

/// The class names of a column, by the names on the way to it; `None` for a column that holds no class labels.
pub type ClassNames<'a> = &'a dyn Fn(&[&str]) -> Option<Vec<String>>;

impl Expr {
    /// Checks the expression against a schema, and makes of it what can be evaluated.
    ///
    /// # Errors
    /// Kind `invalid` for an unknown column (with the nearest name), a value that the column's type cannot be compared
    /// with, a null to compare with, and a malformed regular expression, each naming the column and its type.
    pub fn bind(&self, schema: &Schema, missing: Missing) -> Result<Predicate> {
        Binder { schema, missing }.bind(self, false)
    }

    /// The expression with the names of class labels replaced by their numbers, which is what such columns hold.
    ///
    /// # Errors
    /// Kind `invalid` for a name that is none of the column's.
    pub fn with_class_numbers(&self, schema: &Schema, names: ClassNames<'_>) -> Result<Self> {
        let number = |operand: &Operand, literal: &Literal| class_number(schema, names, operand, literal);
        let each = |parts: &[Self]| -> Result<Vec<Self>> {
            parts.iter().map(|part| part.with_class_numbers(schema, names)).collect()
        };
        Ok(match self {
            Self::Compare(operand, comparison, literal) => {
                Self::Compare(operand.clone(), *comparison, number(operand, literal)?)
            }
            Self::IsIn(operand, literals) => {
                let numbers = literals.iter().map(|literal| number(operand, literal));
                Self::IsIn(operand.clone(), numbers.collect::<Result<_>>()?)
            }
            Self::Contains(operand, literal) => Self::Contains(operand.clone(), number(operand, literal)?),
            Self::And(all) => Self::And(each(all)?),
            Self::Or(any) => Self::Or(each(any)?),
            Self::Not(inner) => Self::Not(Box::new(inner.with_class_numbers(schema, names)?)),
            Self::IsNull(_) | Self::StartsWith(..) | Self::EndsWith(..) | Self::Matches(..) => self.clone(),
        })
    }
}

struct Binder<'a> {
    schema: &'a Schema,
    missing: Missing,
}

/// A column that was found, and whether its opposite is asked for.
struct Column<'a> {
    operand: &'a Operand,
    path: Vec<String>,
    data_type: &'a DataType,
    negated: bool,
    text: String,
}

impl Binder<'_> {
    fn bind(&self, expr: &Expr, negated: bool) -> Result<Predicate> {
        let parts =
            |parts: &[Expr]| parts.iter().map(|part| self.bind(part, negated)).collect::<Result<Vec<_>>>();
        let operand = match expr {
            Expr::And(all) if negated => return Ok(Predicate::any(parts(all)?)),
            Expr::And(all) => return Ok(Predicate::all(parts(all)?)),
            Expr::Or(any) if negated => return Ok(Predicate::all(parts(any)?)),
            Expr::Or(any) => return Ok(Predicate::any(parts(any)?)),
            Expr::Not(inner) => return self.bind(inner, !negated),
            Expr::Compare(operand, ..)
            | Expr::IsIn(operand, _)
            | Expr::IsNull(operand)
            | Expr::Contains(operand, _)
            | Expr::StartsWith(operand, _)
            | Expr::EndsWith(operand, _)
            | Expr::Matches(operand, _) => operand,
        };
        let fields = match (operand.path().find(self.schema), self.missing) {
            (Some(fields), _) => fields,
            (None, Missing::Refuse) => operand.path().resolve(self.schema)?,
            // Of a null, everything but whether it is null is unknown.
            (None, Missing::AsNulls) if matches!(expr, Expr::IsNull(_)) && !negated => {
                return Ok(Predicate::always());
            }
            (None, Missing::AsNulls) => return Ok(Predicate::never()),
        };
        let path = fields.iter().map(|field| field.name().clone()).collect();
        let data_type = fields.last().map_or(&DataType::Null, |field| field.data_type());
        let text = if negated { expr.clone().negate().to_string() } else { expr.to_string() };
        Column { operand, path, data_type, negated, text }.test(expr)
    }
}

impl Column<'_> {
    fn test(self, expr: &Expr) -> Result<Predicate> {
        match expr {
            Expr::Compare(_, comparison, literal) => {
                let set = compare(*comparison, self.cut(literal, self.compared_type()?)?);
                self.value(set)
            }
            Expr::IsIn(_, literals) => {
                let data_type = self.compared_type()?;
                let cuts = literals.iter().map(|literal| self.cut(literal, data_type));
                let set = any_of(cuts.collect::<Result<_>>()?, data_type);
                self.value(set)
            }
            Expr::IsNull(_) => {
                let condition = Condition::Null(!self.negated);
                Ok(self.passes(condition))
            }
            Expr::Contains(_, literal) => self.contains(literal),
            Expr::StartsWith(_, prefix) => self.starts_with(prefix),
            Expr::EndsWith(_, suffix) => self.text(Pattern::EndsWith(suffix.clone())),
            Expr::Matches(_, pattern) => {
                let regex = Regex::new(pattern).map_err(|error| {
                    self.invalid(format!("the regular expression {pattern:?} is malformed: {error}"))
                });
                self.text(Pattern::Matches(regex?))
            }
            Expr::And(_) | Expr::Or(_) | Expr::Not(_) => Ok(Predicate::never()),
        }
    }

    /// The type of what is compared: a number of items, or the column's own.
    fn compared_type(&self) -> Result<&DataType> {
        match (self.operand, item_type(self.data_type)) {
            (Operand::Column(_), _) => Ok(self.data_type),
            (Operand::Length { .. }, Some(_)) => Ok(&DataType::Int64),
            (Operand::Length { .. }, None) => {
                Err(self.invalid(format!("{} has no length; only a list has one", self.data_type)))
            }
        }
    }

    fn cut(&self, literal: &Literal, data_type: &DataType) -> Result<Option<Cut>> {
        if *literal == Literal::Null {
            return Err(self.invalid("nothing equals null; use isNull".to_owned()));
        }
        // A column without a type holds nulls only, and of those a comparison is never true.
        if *data_type == DataType::Null {
            return Ok(None);
        }
        cut(literal, data_type).map(Some).map_err(|why| self.invalid(why))
    }

    /// The value, or the length, lies in the set.
    fn value(self, set: Option<Set>) -> Result<Predicate> {
        let Some(set) = set else { return Ok(Predicate::never()) };
        let set = if self.negated { set.complement() } else { set };
        let condition = match (self.operand, set) {
            (Operand::Length { .. }, Set::Numbers { spans, .. }) => Condition::Length(spans),
            (_, set) => match fold(&set, self.data_type) {
                Some(true) => Condition::Null(false),
                Some(false) => return Ok(Predicate::never()),
                None => Condition::Value(set),
            },
        };
        Ok(self.passes(condition))
    }

    fn contains(self, literal: &Literal) -> Result<Predicate> {
        match (item_type(self.data_type), literal) {
            _ if matches!(self.operand, Operand::Length { .. }) => {
                Err(self.invalid("a length is a number, which contains nothing".to_owned()))
            }
            (Some(item), _) => {
                let Some(set) = any_of(vec![self.cut(literal, item)?], item) else {
                    return Ok(Predicate::never());
                };
                let condition = Condition::Item(set, !self.negated);
                Ok(self.passes(condition))
            }
            (None, Literal::Text(text)) => self.text(Pattern::Contains(text.clone())),
            (None, _) => Err(self.invalid(format!("{} cannot contain {literal}", self.data_type))),
        }
    }

    /// A string that begins so lies between the prefix and the first string that is above all that begin so.
    fn starts_with(self, prefix: &Literal) -> Result<Predicate> {
        let start = match self.cut(prefix, self.data_type)? {
            Some(Cut::Bytes(start, _)) if !matches!(self.data_type, DataType::Decimal256(..)) => start,
            None => return Ok(Predicate::never()),
            Some(_) => return Err(self.invalid(format!("{} does not begin with anything", self.data_type))),
        };
        let mut end = start.clone();
        while end.pop_if(|last| *last == u8::MAX).is_some() {}
        if let Some(last) = end.last_mut() {
            *last += 1;
        }
        let end = if end.is_empty() { None } else { Some(end) };
        self.value(Some(Set::Bytes(Spans::between(start, end))))
    }

    fn text(self, pattern: Pattern) -> Result<Predicate> {
        match (self.operand, self.data_type) {
            (Operand::Column(_), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) => {
                let condition = Condition::Text(pattern, !self.negated);
                Ok(self.passes(condition))
            }
            (Operand::Column(_), DataType::Null) => Ok(Predicate::never()),
            _ => Err(self.invalid(format!("{} is no text to search in", self.data_type))),
        }
    }

    fn passes(self, condition: Condition) -> Predicate {
        let Self { path, data_type, text, .. } = self;
        Predicate::Test(Test { path, data_type: data_type.clone(), condition, text })
    }

    fn invalid(&self, why: String) -> Error {
        Error::new(
            ErrorKind::Invalid,
            FILTER,
            format!("The column {:?} cannot be filtered so: {why}.", self.name()),
        )
        .with("column", self.name())
        .with("type", self.data_type)
    }

    fn name(&self) -> String {
        self.path.join(".")
    }
}

/// The values that compare so with a literal. `None` where no value is known.
fn compare(comparison: Comparison, cut: Option<Cut>) -> Option<Set> {
    fn spans<K: Key>(comparison: Comparison, from: K, above: K) -> Spans<K> {
        match comparison {
            Comparison::Eq => Spans::between(from, Some(above)),
            Comparison::Ne => Spans::between(from, Some(above)).complement(),
            Comparison::Lt => Spans::between(K::least(), Some(from)),
            Comparison::Le => Spans::between(K::least(), Some(above)),
            Comparison::Gt => Spans::between(above, None),
            Comparison::Ge => Spans::between(from, None),
        }
    }
    // As IEEE 754 has it, NaN is other than everything, itself included, and neither less nor greater.
    let unequal = comparison == Comparison::Ne;
    Some(match cut? {
        Cut::Numbers(from, above) => Set::Numbers { spans: spans(comparison, from, above), nan: unequal },
        Cut::Bytes(from, above) => Set::Bytes(spans(comparison, from, above)),
        Cut::Nan if unequal => Set::Numbers { spans: Spans::all(), nan: true },
        Cut::Nan => Set::Numbers { spans: Spans::none(), nan: false },
    })
}

/// The values that equal one of the literals.
fn any_of(cuts: Vec<Option<Cut>>, data_type: &DataType) -> Option<Set> {
    if *data_type == DataType::Null {
        return None;
    }
    let (mut numbers, mut bytes) = (Vec::new(), Vec::new());
    for cut in cuts.into_iter().flatten() {
        match cut {
            Cut::Numbers(from, above) => numbers.push((from, Some(above))),
            Cut::Bytes(from, above) => bytes.push((from, Some(above))),
            Cut::Nan => {}
        }
    }
    Some(if bytes.is_empty() && !has_byte_keys(data_type) {
        Set::Numbers { spans: Spans::union(numbers), nan: false }
    } else {
        Set::Bytes(Spans::union(bytes))
    })
}

fn has_byte_keys(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Utf8View
            | DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
            | DataType::FixedSizeBinary(_)
            | DataType::Decimal256(..)
    )
}

/// Whether every value of the type lies in the set, or none does.
fn fold(set: &Set, data_type: &DataType) -> Option<bool> {
    let (all, none) = match set {
        Set::Numbers { spans, nan } => {
            let (min, max) = key_range(data_type).unzip();
            let no_nan = !data_type.is_floating();
            let all = spans.covers(min.as_ref(), max.as_ref()) && (*nan || no_nan);
            (all, !spans.meets(min.as_ref(), max.as_ref()) && (!nan || no_nan))
        }
        Set::Bytes(spans) => (spans.is_all(), spans.is_none()),
    };
    if all { Some(true) } else { none.then_some(false) }
}

fn class_number(
    schema: &Schema,
    names: ClassNames<'_>,
    operand: &Operand,
    literal: &Literal,
) -> Result<Literal> {
    let Literal::Text(name) = literal else { return Ok(literal.clone()) };
    let Some(fields) = operand.path().find(schema) else { return Ok(literal.clone()) };
    let path: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
    let Some(known) = names(&path) else { return Ok(literal.clone()) };
    match known.iter().position(|known| known == name) {
        Some(number) => Ok(Literal::Int(number as i128)),
        None => {
            let hint = nearest(&known, name).map(|nearest| format!("; the nearest is {nearest:?}"));
            let message =
                format!("The column {:?} has no class {name:?}{}.", path.join("."), hint.unwrap_or_default());
            Err(Error::new(ErrorKind::Invalid, FILTER, message).with("column", path.join(".")))
        }
    }
}
