//! Expressions as plain data: objects with an `op`, and Dask's nested lists. The module's own page has the shapes.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::{Comparison, Expr, Literal, Operand};

/// The names of the operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Between,
    IsIn,
    IsNull,
    IsNotNull,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    And,
    Or,
    Not,
}

/// An operation and whatever arguments it was given.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Record {
    op: Option<Op>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<Operand>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Literal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<Literal>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<Literal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<Literal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<Vec<Expr>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arg: Option<Box<Expr>>,
}

impl Serialize for Expr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Record::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Expr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExprVisitor)
    }
}

struct ExprVisitor;

impl<'de> Visitor<'de> for ExprVisitor {
    type Value = Expr;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with an `op`, or a list of [column, operator, value] lists")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Expr, A::Error> {
        Record::deserialize(MapAccessDeserializer::new(map))?.into_expr().map_err(de::Error::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Expr, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element::<Node>()? {
            nodes.push(node);
        }
        from_lists(&nodes).map_err(de::Error::custom)
    }
}

impl Record {
    fn into_expr(self) -> Result<Expr, String> {
        let op = self.op.ok_or("An expression is an object with an `op`.")?;
        let name = serde_json::to_string(&op).unwrap_or_default();
        let needs = |what: &str| format!("The operation {name} needs {what}.");
        if let Op::And | Op::Or = op {
            let args = self.args.ok_or_else(|| needs("`args`, a list of expressions"))?;
            return Ok(if op == Op::And { Expr::And(args) } else { Expr::Or(args) });
        }
        if op == Op::Not {
            return Ok(Expr::Not(self.arg.ok_or_else(|| needs("`arg`, an expression"))?));
        }
        let column = self.column.ok_or_else(|| needs("a `column`"))?;
        let value = self.value.ok_or_else(|| needs("a `value` that is not null; isNull finds nulls"));
        let text = |value: Result<Literal, String>| match value? {
            Literal::Text(text) => Ok(text),
            _ => Err(needs("a string as its `value`")),
        };
        let low = self.low.ok_or_else(|| needs("`low` and `high`"));
        let high = self.high.ok_or_else(|| needs("`low` and `high`"));
        Ok(match op {
            Op::Eq => column.eq(value?),
            Op::Ne => column.ne(value?),
            Op::Lt => column.lt(value?),
            Op::Le => column.le(value?),
            Op::Gt => column.gt(value?),
            Op::Ge => column.ge(value?),
            Op::Between => column.between(low?, high?),
            Op::IsIn => column.is_in(self.values.ok_or_else(|| needs("`values`, a list"))?),
            Op::IsNull => column.is_null(),
            Op::IsNotNull => column.is_not_null(),
            Op::Contains => column.contains(value?),
            Op::StartsWith => column.starts_with(value?),
            Op::EndsWith => column.ends_with(&text(value)?),
            Op::Matches => column.matches(&text(value)?),
            Op::And | Op::Or | Op::Not => return Err(needs("no column")),
        })
    }
}

impl From<&Expr> for Record {
    fn from(expr: &Expr) -> Self {
        let of = |op, column: &Operand, value: Option<Literal>| Self {
            op: Some(op),
            column: Some(column.clone()),
            value,
            ..Self::default()
        };
        let text = |text: &String| Some(Literal::Text(text.clone()));
        match expr {
            Expr::Compare(column, comparison, value) => {
                let op = match comparison {
                    Comparison::Eq => Op::Eq,
                    Comparison::Ne => Op::Ne,
                    Comparison::Lt => Op::Lt,
                    Comparison::Le => Op::Le,
                    Comparison::Gt => Op::Gt,
                    Comparison::Ge => Op::Ge,
                };
                of(op, column, Some(value.clone()))
            }
            Expr::IsIn(column, values) => Self { values: Some(values.clone()), ..of(Op::IsIn, column, None) },
            Expr::IsNull(column) => of(Op::IsNull, column, None),
            Expr::Contains(column, value) => of(Op::Contains, column, Some(value.clone())),
            Expr::StartsWith(column, prefix) => of(Op::StartsWith, column, Some(prefix.clone())),
            Expr::EndsWith(column, suffix) => of(Op::EndsWith, column, text(suffix)),
            Expr::Matches(column, pattern) => of(Op::Matches, column, text(pattern)),
            Expr::And(args) => Self { op: Some(Op::And), args: Some(args.clone()), ..Self::default() },
            Expr::Or(args) => Self { op: Some(Op::Or), args: Some(args.clone()), ..Self::default() },
            Expr::Not(arg) => Self { op: Some(Op::Not), arg: Some(arg.clone()), ..Self::default() },
        }
    }
}

/// A value in Dask's lists.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Node {
    List(Vec<Node>),
    Literal(Literal),
}

/// Dask's `filters=`: a list of conditions, all of which hold; or a list of such lists, any of which holds.
fn from_lists(nodes: &[Node]) -> Result<Expr, String> {
    let conditions =
        |nodes: &[Node]| nodes.iter().map(condition).collect::<Result<Vec<_>, _>>().map(Expr::And);
    match nodes {
        [Node::List(first), ..] if matches!(first.first(), Some(Node::List(_))) => {
            let any = nodes.iter().map(|node| match node {
                Node::List(all) => conditions(all),
                Node::Literal(_) => Err(not_a_condition()),
            });
            any.collect::<Result<Vec<_>, _>>().map(Expr::Or)
        }
        _ => conditions(nodes),
    }
}

/// `["score", ">", 0.5]`.
fn condition(node: &Node) -> Result<Expr, String> {
    let Node::List(parts) = node else { return Err(not_a_condition()) };
    let [Node::Literal(Literal::Text(column)), Node::Literal(Literal::Text(op)), value] = parts.as_slice()
    else {
        return Err(not_a_condition());
    };
    let column = super::col(column.as_str());
    match (op.as_str(), value) {
        ("in" | "not in", Node::List(values)) => {
            let literal = |node: &Node| match node {
                Node::Literal(literal) => Ok(literal.clone()),
                Node::List(_) => Err(format!("The values after {op:?} must be plain values.")),
            };
            let is_in = column.is_in(values.iter().map(literal).collect::<Result<Vec<_>, _>>()?);
            Ok(if op == "in" { is_in } else { is_in.negate() })
        }
        ("in" | "not in", Node::Literal(_)) => Err(format!("The operator {op:?} wants a list of values.")),
        (_, Node::List(_)) => Err(format!("The operator {op:?} wants one value; a list goes with \"in\".")),
        ("is", Node::Literal(Literal::Null)) => Ok(column.is_null()),
        ("is not", Node::Literal(Literal::Null)) => Ok(column.is_not_null()),
        ("=" | "==" | "is", Node::Literal(value)) => Ok(column.eq(value.clone())),
        ("!=" | "is not", Node::Literal(value)) => Ok(column.ne(value.clone())),
        ("<", Node::Literal(value)) => Ok(column.lt(value.clone())),
        ("<=", Node::Literal(value)) => Ok(column.le(value.clone())),
        (">", Node::Literal(value)) => Ok(column.gt(value.clone())),
        (">=", Node::Literal(value)) => Ok(column.ge(value.clone())),
        _ => Err(format!("{op:?} is no operator: use =, ==, !=, <, <=, >, >=, in, not in, is or is not.")),
    }
}

fn not_a_condition() -> String {
    "A filter in lists is made of [column, operator, value]: [[\"score\", \">\", 0.5]].".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::col;

    fn parse(json: &str) -> Result<Expr, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn objects_and_trees_are_the_same() {
        for (json, expr) in [
            (r#"{"op":"gt","column":"score","value":0.5}"#, col("score").gt(0.5)),
            (r#"{"op":"isIn","column":"lang","values":["en","fr"]}"#, col("lang").is_in(["en", "fr"])),
            (r#"{"op":"isNull","column":["a","b.c"]}"#, {
                Operand::Column(crate::expr::ColumnPath::Exact(vec!["a".into(), "b.c".into()])).is_null()
            }),
            (r#"{"op":"ge","column":{"length":"messages"},"value":3}"#, col("messages").length().ge(3)),
            (
                r#"{"op":"and","args":[{"op":"eq","column":"a","value":true},{"op":"not","arg":{"op":"matches","column":"b","value":"^x"}}]}"#,
                col("a").eq(true).and(col("b").matches("^x").negate()),
            ),
        ] {
            assert_eq!(parse(json).unwrap(), expr);
            assert_eq!(serde_json::to_string(&expr).unwrap(), json);
        }
        let between = parse(r#"{"op":"between","column":"a","low":1,"high":2}"#).unwrap();
        assert_eq!(between, col("a").ge(1).and(col("a").le(2)));
        assert_eq!(parse(r#"{"op":"isNotNull","column":"a"}"#).unwrap(), col("a").is_not_null());
    }

    #[test]
    fn lists_are_alternatives_of_conjunctions() {
        let all = r#"[["a", ">", 1], ["b", "in", ["x", "y"]], ["c", "is not", null], ["d", "not in", [1]]]"#;
        let expected = col("a")
            .gt(1)
            .and(col("b").is_in(["x", "y"]))
            .and(col("c").is_not_null())
            .and(col("d").is_in([1]).negate());
        assert_eq!(parse(all).unwrap(), expected);
        let any =
            parse(r#"[[["a", "==", 1]], [["b", "!=", {"decimal":"1.0"}], ["c", "is", null]]]"#).unwrap();
        let b = col("b").ne(Literal::Decimal("1.0".into()));
        assert_eq!(any, Expr::Or(vec![Expr::And(vec![col("a").eq(1)]), b.and(col("c").is_null())]));
        assert_eq!(parse("[]").unwrap(), Expr::And(vec![]));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (json, expected) in [
            (r#"{"op":"eq","column":"a"}"#, "needs a `value` that is not null"),
            (r#"{"op":"eq","column":"a","value":null}"#, "isNull finds nulls"),
            (r#"{"op":"eq","value":1}"#, "needs a `column`"),
            (r#"{"op":"like","column":"a"}"#, "unknown variant `like`"),
            (r#"{"op":"eq","column":"a","valeu":1}"#, "unknown field `valeu`"),
            (r#"{"op":"not","args":[]}"#, "needs `arg`"),
            (r#"{"column":"a"}"#, "object with an `op`"),
            (r#"[["a", "~", 1]]"#, "is no operator"),
            (r#"[["a", "in", 1]]"#, "wants a list"),
            (r#"[["a", "=", [1]]]"#, "wants one value"),
            (r#"["a", "=", 1]"#, "is made of [column, operator, value]"),
        ] {
            let error = parse(json).unwrap_err();
            assert!(error.contains(expected), "{json}: {error}");
        }
    }
}
