#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::{
    ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, Date32Array, Date64Array, Decimal32Array,
    Decimal64Array, Decimal128Array, Decimal256Array, DurationSecondArray, FixedSizeBinaryArray,
    FixedSizeListArray, Float32Array, Float64Array, Int8Array, Int64Array, LargeListArray, LargeStringArray,
    ListArray, NullArray, RecordBatch, StringArray, StringViewArray, StructArray, Time32MillisecondArray,
    Time64NanosecondArray, TimestampMicrosecondArray, UInt64Array,
    builder::{Int64Builder, ListBuilder},
    types::Int32Type,
};
use arrow_buffer::{NullBuffer, i256};
use arrow_schema::{DataType, Field, Schema};
use proptest::{collection::vec, option, prelude::*};
use serde::Deserialize;

use super::*;

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

/// The rows of a batch that pass.
fn rows(batch: &RecordBatch, expr: &Expr) -> Vec<usize> {
    let predicate = expr.bind(&batch.schema(), Missing::Refuse).unwrap();
    predicate.evaluate(batch).unwrap().values().set_indices().collect()
}

fn one(array: impl arrow_array::Array + 'static) -> RecordBatch {
    batch(vec![("a", Arc::new(array))])
}

#[test]
fn every_type_is_compared_in_its_own_way() {
    let a = || col("a");
    let check = |batch: RecordBatch, expr: Expr, expected: &[usize]| {
        assert_eq!(rows(&batch, &expr), expected, "{expr} on {}", batch.schema().field(0).data_type());
    };
    check(one(BooleanArray::from(vec![Some(true), None, Some(false)])), a().eq(true), &[0]);
    check(one(BooleanArray::from(vec![Some(true), None, Some(false)])), a().ne(true), &[2]);
    check(one(Int8Array::from(vec![-128, 0, 127])), a().lt(300), &[0, 1, 2]);
    check(one(Int8Array::from(vec![-128, 0, 127])), a().eq(300), &[]);
    check(one(Int8Array::from(vec![-128, 0, 127])), a().ge(-0.5), &[1, 2]);
    check(one(UInt64Array::from(vec![0, u64::MAX])), a().gt(i64::MAX), &[1]);
    check(one(UInt64Array::from(vec![0, u64::MAX])), a().ge(-1), &[0, 1]);
    let large = 9_007_199_254_740_993i64;
    check(one(Int64Array::from(vec![large - 1, large, large + 1])), a().eq(large), &[1]);
    check(one(Float32Array::from(vec![0.1, 0.5, f32::NAN])), a().eq(0.1), &[]);
    check(one(Float32Array::from(vec![0.1, 0.5, f32::NAN])), a().gt(0.1), &[0, 1]);
    check(one(Float64Array::from(vec![-0.0, 0.0, f64::NAN])), a().eq(0), &[0, 1]);
    check(one(Float64Array::from(vec![-0.0, 1.0, f64::NAN])), a().ne(0), &[1, 2]);
    check(one(Float64Array::from(vec![-0.0, 1.0, f64::NAN])), a().ge(0).negate(), &[2]);
    check(
        one(Float64Array::from(vec![f64::NEG_INFINITY, 1.0, f64::INFINITY])),
        a().le(f64::INFINITY),
        &[0, 1, 2],
    );
    let decimal = |text: &str| Literal::Decimal(text.into());
    let with_scale = Decimal128Array::from(vec![109, 110, 111]).with_precision_and_scale(9, 2).unwrap();
    check(one(with_scale.clone()), a().eq(decimal("1.1")), &[1]);
    check(one(with_scale), a().gt(decimal("1.095")), &[1, 2]);
    let d32 = Decimal32Array::from(vec![-15, 15]).with_precision_and_scale(5, 1).unwrap();
    check(one(d32), a().lt(-1), &[0]);
    let d64 = Decimal64Array::from(vec![-15, 15]).with_precision_and_scale(15, 1).unwrap();
    check(one(d64), a().eq(1.5), &[1]);
    let wide = |value| i256::from_i128(value);
    let d256 =
        Decimal256Array::from(vec![wide(-15), wide(0), wide(15)]).with_precision_and_scale(40, 1).unwrap();
    check(one(d256), a().between(-1.5, 0), &[0, 1]);
    check(one(Date32Array::from(vec![19_722, 19_723])), a().ge("2024-01-01"), &[1]);
    check(one(Date64Array::from(vec![0, 86_400_000])), a().gt(Literal::Date("1970-01-01".into())), &[1]);
    check(one(Time32MillisecondArray::from(vec![1000, 2000])), a().le("00:00:01.0005"), &[0]);
    check(
        one(Time64NanosecondArray::from(vec![1, 2])),
        a().eq(Literal::Time("00:00:00.000000002".into())),
        &[1],
    );
    let stamps = TimestampMicrosecondArray::from(vec![0, 1_000_000]).with_timezone("+02:00");
    check(one(stamps), a().eq(Literal::Timestamp("1970-01-01T02:00:01".into())), &[1]);
    check(one(DurationSecondArray::from(vec![59, 60])), a().lt("PT1M"), &[0]);
    for text in [
        Arc::new(StringArray::from(vec!["", "a", "ab", "b"])) as ArrayRef,
        Arc::new(LargeStringArray::from(vec!["", "a", "ab", "b"])),
        Arc::new(StringViewArray::from(vec!["", "a", "ab", "b"])),
    ] {
        let batch = batch(vec![("a", text)]);
        check(batch.clone(), a().starts_with("a"), &[1, 2]);
        check(batch.clone(), a().le("a"), &[0, 1]);
        check(batch.clone(), a().ends_with("b"), &[2, 3]);
        check(batch.clone(), a().contains("b").negate(), &[0, 1]);
        check(batch.clone(), a().matches("^.b?$"), &[1, 2, 3]);
        check(batch, a().is_in(["b", ""]), &[0, 3]);
    }
    for bytes in [
        Arc::new(BinaryArray::from(vec![&b"\xff\xff"[..], b"\xff", b"\x00"])) as ArrayRef,
        Arc::new(BinaryViewArray::from(vec![&b"\xff\xff"[..], b"\xff", b"\x00"])),
    ] {
        check(batch(vec![("a", bytes.clone())]), a().starts_with(vec![0xff]), &[0, 1]);
        check(batch(vec![("a", bytes)]), a().gt(vec![0xff]), &[0]);
    }
    let fixed = FixedSizeBinaryArray::try_from_iter([[1u8, 2], [3, 4]].into_iter()).unwrap();
    check(one(fixed), a().eq(vec![3, 4]), &[1]);
    check(one(NullArray::new(2)), a().is_null(), &[0, 1]);
    check(one(NullArray::new(2)), a().eq(1).negate(), &[]);
}

#[test]
fn lists_have_lengths_and_items() {
    let items = || vec![Some(vec![Some(1), None]), None, Some(vec![]), Some(vec![Some(2), Some(1)])];
    let fixed =
        || vec![Some(vec![Some(1), Some(5)]), None, Some(vec![None, None]), Some(vec![Some(2), Some(1)])];
    let lists: [(ArrayRef, [&[usize]; 4]); 3] = [
        (
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(items())),
            [&[0, 3], &[2], &[0, 3], &[2]],
        ),
        (
            Arc::new(LargeListArray::from_iter_primitive::<Int32Type, _, _>(items())),
            [&[0, 3], &[2], &[0, 3], &[2]],
        ),
        (
            Arc::new(FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(fixed(), 2)),
            [&[0, 2, 3], &[], &[0, 3], &[2]],
        ),
    ];
    for (list, [two, none, has, has_not]) in lists {
        let list = batch(vec![("a", list)]);
        assert_eq!(rows(&list, &col("a").length().eq(2)), two);
        assert_eq!(rows(&list, &col("a").length().lt(1)), none);
        assert_eq!(rows(&list, &col("a").contains(1)), has);
        assert_eq!(rows(&list, &col("a").contains(1).negate()), has_not);
        assert_eq!(rows(&list, &col("a").is_null()), [1]);
    }
    // A slice begins in the middle of its items.
    let sliced = one(ListArray::from_iter_primitive::<Int32Type, _, _>(items()).slice(2, 2));
    assert_eq!(rows(&sliced, &col("a").contains(2)), [1]);
}

#[test]
fn a_field_of_a_null_struct_is_null() {
    let field = Arc::new(Field::new("b", DataType::Int64, true));
    let values: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(1), None]));
    let nulls = Some(NullBuffer::from(vec![true, false, true]));
    let nested = one(StructArray::new(vec![field].into(), vec![values], nulls));
    assert_eq!(rows(&nested, &col("a.b").eq(1)), [0]);
    assert_eq!(rows(&nested, &col("a.b").is_null()), [1, 2]);
    assert_eq!(rows(&nested, &col("a").is_null()), [1]);
    assert_eq!(rows(&nested, &col("a.b").ne(1)), [] as [usize; 0]);
}

#[test]
fn a_column_that_a_file_lacks_is_null_in_it() {
    let predicate = |expr: Expr| expr.bind(&Schema::empty(), Missing::AsNulls).unwrap();
    assert!(predicate(col("a").is_null()).is_always());
    for never in [col("a").is_not_null(), col("a").eq(1), col("a").eq(1).negate(), col("a").matches("x")] {
        assert!(predicate(never).is_never());
    }
    let either = predicate(col("a").eq(1).or(col("b").is_null()));
    assert!(either.is_always());
}

#[test]
fn what_cannot_be_compared_is_refused_by_name_and_type() {
    let fields = [
        ("age", DataType::Int8),
        ("name", DataType::Utf8),
        ("tags", DataType::new_list(DataType::Utf8, true)),
        ("when", DataType::Timestamp(arrow_schema::TimeUnit::Second, Some("Asia/Tokyo".into()))),
        ("image", DataType::Struct(vec![Field::new("path", DataType::Utf8, true)].into())),
    ];
    let schema = Schema::new(fields.map(|(name, data_type)| Field::new(name, data_type, true)).to_vec());
    for (expr, expected) in [
        (col("agee").eq(1), "There is no column \"agee\"; the nearest is \"age\"."),
        (col("image.paths").eq(1), "the nearest is \"image.path\""),
        (col("tags.x").eq(1), "There is no column \"tags.x\""),
        (col("age").eq("old"), "Int8 cannot be compared with \"old\""),
        (col("age").eq(Literal::Null), "use isNull"),
        (col("age").contains("1"), "Int8 is no text to search in"),
        (col("age").matches("1"), "Int8 is no text"),
        (col("age").length().eq(1), "Int8 has no length"),
        (col("age").starts_with("1"), "Int8 cannot be compared"),
        (col("name").gt(1), "Utf8 cannot be compared with 1"),
        (col("name").matches("("), "regular expression \"(\" is malformed"),
        (col("name").is_in(vec![Literal::Null]), "use isNull"),
        (col("tags").eq("x"), "List(Utf8) cannot be compared"),
        (col("tags").contains(1), "Utf8 cannot be compared with 1"),
        (col("tags").length().contains("x"), "a length is a number"),
        (col("when").gt("2024-01-01"), "Asia/Tokyo"),
        (col("image").eq("x"), "Struct"),
        (col("age").eq(1).and(col("name").eq("x").or(col("age").eq("y")).negate()), "\"y\""),
    ] {
        let error = expr.bind(&schema, Missing::Refuse).unwrap_err();
        assert!(error.message().contains(expected), "{expr}: {error}");
        assert_eq!(error.kind().code(), "invalid");
    }
}

#[test]
fn class_labels_go_by_name() {
    let schema =
        Schema::new(vec![Field::new("label", DataType::Int64, true), Field::new("n", DataType::Int64, true)]);
    let names = |path: &[&str]| (path == ["label"]).then(|| vec!["neg".to_owned(), "pos".to_owned()]);
    let expr = col("label").eq("pos").or(col("label").is_in(["neg"])).and(col("n").eq(1).negate());
    let expected = col("label").eq(1).or(col("label").is_in([0])).and(col("n").eq(1).negate());
    assert_eq!(expr.with_class_numbers(&schema, &names).unwrap(), expected);
    let error = col("label").ne("poss").with_class_numbers(&schema, &names).unwrap_err();
    assert!(error.message().contains("the nearest is \"pos\""), "{error}");
}

#[test]
fn folding_leaves_nothing_to_evaluate() {
    let schema =
        Schema::new(vec![Field::new("a", DataType::Int8, true), Field::new("f", DataType::Float64, true)]);
    let bound = |expr: Expr| expr.bind(&schema, Missing::Refuse).unwrap();
    let is_not_null = |predicate: &Predicate| match predicate {
        Predicate::Test(test) => matches!(test.condition, Condition::Null(false)),
        _ => false,
    };
    assert!(bound(col("a").eq(300)).is_never());
    assert!(is_not_null(&bound(col("a").lt(300))));
    assert!(bound(col("a").is_in([] as [i32; 0])).is_never());
    assert!(is_not_null(&bound(col("a").is_in([] as [i32; 0]).negate())));
    // NaN is not at most infinity.
    assert!(!is_not_null(&bound(col("f").le(f64::INFINITY))));
    assert!(is_not_null(&bound(col("f").ne(f64::NAN))));
    assert!(bound(col("a").eq(300).and(col("f").gt(1))).is_never());
    assert!(bound(col("a").eq(300).or(Expr::And(vec![]))).is_always());
}

/// A row of the property tests, and the truth about it by another road: value by value, in three-valued logic.
#[derive(Debug, Clone)]
struct Row {
    int: Option<i64>,
    float: Option<f64>,
    text: Option<String>,
    list: Option<Vec<Option<i64>>>,
}

impl Row {
    fn truth(&self, expr: &Expr) -> Option<bool> {
        let all = |mut truths: Vec<Option<bool>>| {
            truths.sort_by_key(|truth| match truth {
                Some(false) => 0,
                None => 1,
                Some(true) => 2,
            });
            truths.first().copied().unwrap_or(Some(true))
        };
        let not = |truth: Option<bool>| truth.map(|truth| !truth);
        match expr {
            Expr::And(parts) => all(parts.iter().map(|part| self.truth(part)).collect()),
            Expr::Or(parts) => not(all(parts.iter().map(|part| not(self.truth(part))).collect())),
            Expr::Not(inner) => not(self.truth(inner)),
            Expr::IsNull(operand) => Some(match operand.to_string().as_str() {
                "int" => self.int.is_none(),
                "float" => self.float.is_none(),
                "text" => self.text.is_none(),
                _ => self.list.is_none(),
            }),
            Expr::IsIn(operand, values) => {
                let eq = |value: &Literal| self.truth(&operand.clone().eq(value.clone()));
                self.known(operand).then(|| values.iter().any(|value| eq(value) == Some(true)))
            }
            Expr::Contains(_, Literal::Int(item)) => {
                self.list.as_ref().map(|list| list.iter().flatten().any(|found| i128::from(*found) == *item))
            }
            Expr::Contains(_, Literal::Text(part)) => self.text.as_ref().map(|text| text.contains(part)),
            Expr::StartsWith(_, Literal::Text(part)) => self.text.as_ref().map(|text| text.starts_with(part)),
            Expr::EndsWith(_, part) => self.text.as_ref().map(|text| text.ends_with(part)),
            Expr::Compare(operand, comparison, literal) => self.compare(operand, *comparison, literal),
            other => panic!("not generated: {other}"),
        }
    }

    fn known(&self, operand: &Operand) -> bool {
        self.truth(&operand.clone().is_null()) == Some(false)
    }

    fn compare(&self, operand: &Operand, comparison: Comparison, literal: &Literal) -> Option<bool> {
        let number = |literal: &Literal| match literal {
            Literal::Int(value) => *value as f64,
            Literal::Float(value) => *value,
            other => panic!("{other}"),
        };
        let ordering = match operand.to_string().as_str() {
            "int" => (self.int? as f64).partial_cmp(&number(literal)),
            "float" => self.float?.partial_cmp(&number(literal)),
            "length(list)" => (self.list.as_ref()?.len() as f64).partial_cmp(&number(literal)),
            _ => match literal {
                Literal::Text(text) => self.text.as_ref()?.partial_cmp(text),
                other => panic!("{other}"),
            },
        };
        Some(match comparison {
            Comparison::Eq => ordering.is_some_and(|o| o.is_eq()),
            Comparison::Ne => ordering.is_none_or(|o| o.is_ne()),
            Comparison::Lt => ordering.is_some_and(|o| o.is_lt()),
            Comparison::Le => ordering.is_some_and(|o| o.is_le()),
            Comparison::Gt => ordering.is_some_and(|o| o.is_gt()),
            Comparison::Ge => ordering.is_some_and(|o| o.is_ge()),
        })
    }
}

fn float() -> impl Strategy<Value = f64> {
    prop_oneof![8 => (-6i32..6).prop_map(|half| f64::from(half) / 2.0), 1 => Just(f64::NAN), 1 => Just(-0.0)]
}

fn row() -> impl Strategy<Value = Row> {
    let list = option::of(vec(option::of(0i64..4), 0..3));
    (option::of(-3i64..4), option::of(float()), option::of("[ab]{0,3}"), list)
        .prop_map(|(int, float, text, list)| Row { int, float, text, list })
}

fn leaf() -> impl Strategy<Value = Expr> {
    let comparison = proptest::sample::select(vec![
        Comparison::Eq,
        Comparison::Ne,
        Comparison::Lt,
        Comparison::Le,
        Comparison::Gt,
        Comparison::Ge,
    ]);
    let number = || prop_oneof![(-3i64..4).prop_map(Literal::from), float().prop_map(Literal::from)];
    let numeric = proptest::sample::select(vec![col("int"), col("float"), col("list").length()]);
    prop_oneof![
        (numeric, comparison.clone(), number()).prop_map(|(on, op, value)| Expr::Compare(on, op, value)),
        (comparison, "[ab]{0,3}").prop_map(|(op, value)| Expr::Compare(col("text"), op, value.into())),
        (proptest::sample::select(vec!["int", "float"]), vec(number(), 0..4))
            .prop_map(|(name, values)| col(name).is_in(values)),
        vec("[ab]{0,2}", 0..3).prop_map(|values| col("text").is_in(values)),
        proptest::sample::select(vec!["int", "float", "text", "list"]).prop_map(|name| col(name).is_null()),
        "[ab]{0,2}".prop_map(|part| col("text").contains(part)),
        "[ab]{0,2}".prop_map(|part| col("text").starts_with(part)),
        "[ab]{0,2}".prop_map(|part| col("text").ends_with(&part)),
        (0i64..4).prop_map(|item| col("list").contains(item)),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Expr::And),
            vec(inner.clone(), 0..4).prop_map(Expr::Or),
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
        ]
    })
}

fn to_batch(rows: &[Row]) -> RecordBatch {
    let mut lists = ListBuilder::new(Int64Builder::new());
    for row in rows {
        lists.append_option(row.list.clone());
    }
    batch(vec![
        ("int", Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.int)))),
        ("float", Arc::new(Float64Array::from_iter(rows.iter().map(|row| row.float)))),
        ("text", Arc::new(StringArray::from_iter(rows.iter().map(|row| row.text.clone())))),
        ("list", Arc::new(lists.finish())),
    ])
}

/// What a writer's statistics would say of a column of these rows.
fn bounds(rows: &[Row], column: &str) -> Bounds {
    let nulls = |count: usize| match count {
        0 => Nulls::None,
        n if n == rows.len() => Nulls::All,
        _ => Nulls::Some,
    };
    let count = |is_null: fn(&Row) -> bool| nulls(rows.iter().filter(|row| is_null(row)).count());
    let ints = |values: &mut dyn Iterator<Item = i128>| {
        let values: Vec<_> = values.collect();
        Limits::Numbers(values.iter().min().copied(), values.iter().max().copied())
    };
    match column {
        "int" => Bounds {
            limits: ints(&mut rows.iter().filter_map(|row| row.int.map(i128::from))),
            nulls: count(|row| row.int.is_none()),
            nans: false,
        },
        "float" => Bounds {
            limits: ints(&mut rows.iter().filter_map(|row| row.float).filter(|f| !f.is_nan()).map(float_key)),
            nulls: count(|row| row.float.is_none()),
            nans: rows.iter().any(|row| row.float.is_some_and(f64::is_nan)),
        },
        "text" => {
            let texts = || rows.iter().filter_map(|row| row.text.clone().map(String::into_bytes));
            Bounds {
                limits: Limits::Bytes(texts().min(), texts().max()),
                nulls: count(|row| row.text.is_none()),
                nans: false,
            }
        }
        _ => Bounds {
            limits: ints(
                &mut rows.iter().flat_map(|row| row.list.iter().flatten().flatten()).map(|i| i128::from(*i)),
            ),
            nulls: if rows.iter().any(|row| row.list.is_none()) { Nulls::Some } else { Nulls::None },
            nans: false,
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn evaluation_is_three_valued_logic(rows in vec(row(), 1..12), expr in expr()) {
        let batch = to_batch(&rows);
        let predicate = expr.bind(&batch.schema(), Missing::Refuse).unwrap();
        let passed: Vec<bool> = predicate.evaluate(&batch).unwrap().values().iter().collect();
        let expected: Vec<bool> = rows.iter().map(|row| row.truth(&expr) == Some(true)).collect();
        prop_assert_eq!(passed, expected, "{}", expr);
    }

    #[test]
    fn verdicts_hold_of_every_row(rows in vec(row(), 1..6), expr in expr()) {
        let batch = to_batch(&rows);
        let predicate = expr.bind(&batch.schema(), Missing::Refuse).unwrap();
        let mut judge = |test: &Test| test.condition.verdict(&bounds(&rows, &test.path[0]));
        let verdict = predicate.verdict(&mut judge);
        let refuted = predicate.refuted_by(&mut judge).is_some();
        prop_assert_eq!(refuted, verdict == Verdict::None);
        let passed = predicate.evaluate(&batch).unwrap().true_count();
        match verdict {
            Verdict::None => prop_assert_eq!(passed, 0, "{}", expr),
            Verdict::All => prop_assert_eq!(passed, rows.len(), "{}", expr),
            Verdict::Some => {}
        }
    }

    #[test]
    fn plain_data_reads_back(expr in expr()) {
        let json = serde_json::to_string(&expr).unwrap();
        prop_assert_eq!(serde_json::from_str::<Expr>(&json).map(|expr| expr.to_string()).unwrap(), expr.to_string());
    }
}

/// The package checks filters by the same cases, on the page (`pkg/test/filter.test.ts`).
#[test]
fn filters_fit_their_columns_or_say_why_not() {
    #[derive(Deserialize)]
    struct Cases {
        columns: BTreeMap<String, String>,
        cases: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        filter: Expr,
        error: Option<Vec<String>>,
    }
    let cases: Cases = serde_json::from_str(include_str!("../../tests/fixtures/filters.json")).unwrap();
    let field = |(name, data_type): (&String, &String)| {
        Field::new(name, data_type.parse::<DataType>().unwrap(), true)
    };
    let schema = Schema::new(cases.columns.iter().map(field).collect::<Vec<_>>());
    for Case { filter, error } in cases.cases {
        match (filter.bind(&schema, Missing::Refuse), error) {
            (Ok(_), None) => {}
            (Err(found), Some(expected)) => {
                assert!(expected.iter().all(|part| found.message().contains(part)), "{filter}: {found}");
            }
            (found, expected) => panic!("{filter}: {found:?}, expected {expected:?}"),
        }
    }
}
