import { expect, it } from "vitest";
import { csv, jsonl } from "../../src/preview/tools/text-format.js";
import type { Row } from "../../src/rows.js";
import type { Field } from "../../src/types.js";

const field = (name: string, type = "Utf8"): Field => ({ name, type, nullable: true });
const lines = (format: typeof csv, row: Row, fields: Field[]) =>
  format.head(fields) + format.line(row, fields);

it("CSV quotes what RFC 4180 says, and tells an empty text from a null", () => {
  const fields = ["a", 'b "x"', "c,d", "e", "f"].map((name) => field(name));
  const row = { a: 'say "hi"', 'b "x"': "two\nlines", "c,d": " padded ", e: "", f: null };
  expect(lines(csv, row, fields)).toBe('a,"b ""x""","c,d",e,f\r\n"say ""hi""","two\nlines", padded ,"",\r\n');
  // One column, one null: still a line that a reader takes for a row.
  expect(csv.line({ a: null }, [field("a")])).toBe('""\r\n');
});

it("no digit is lost in either", () => {
  const fields = [field("int", "Int64"), field("decimal", "Decimal128(38, 2)"), field("day", "Date32")];
  const row = { int: 9_223_372_036_854_775_807n, decimal: "12345678901234567890.10", day: new Date(0) };
  expect(csv.line(row, fields)).toBe("9223372036854775807,12345678901234567890.10,1970-01-01\r\n");
  expect(jsonl.line(row, fields)).toBe(
    '{"int":9223372036854775807,"decimal":"12345678901234567890.10","day":"1970-01-01"}\n',
  );
});

it("numbers that are none, bytes, lists and structs have words", () => {
  const fields = ["nan", "inf", "zero", "bytes", "list", "struct"].map((name) => field(name));
  const row: Row = {
    nan: Number.NaN,
    inf: Number.NEGATIVE_INFINITY,
    zero: -0,
    bytes: new Uint8Array([1, 2, 255]),
    list: [1n, null, "a"],
    struct: { x: { y: 2n ** 63n }, at: new Date(1000) },
  };
  expect(csv.line(row, fields)).toBe(
    'NaN,-inf,-0,AQL/,"[1,null,""a""]","{""x"":{""y"":9223372036854775808},""at"":""1970-01-01T00:00:01.000Z""}"\r\n',
  );
  expect(jsonl.line(row, fields)).toBe(
    '{"nan":null,"inf":null,"zero":-0,"bytes":"AQL/","list":[1,null,"a"],"struct":{"x":{"y":9223372036854775808},"at":"1970-01-01T00:00:01.000Z"}}\n',
  );
});
