import type { Table } from "@uwdata/flechette";
import { describe, expect, expectTypeOf, it } from "vitest";
import { ColumnQueries } from "../src/column-queries.js";
import type { ErrorCode, Field, FileInfo, Frame, RequestEvent, Row, Schema, Value } from "../src/index.js";
import * as hubframe from "../src/index.js";
import { fakeFrame } from "./fake.js";

function methods(prototype: object): string[] {
  return Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
}

describe("the public API", () => {
  it("exports this and no more", () => {
    expect(Object.keys(hubframe).sort()).toMatchInlineSnapshot(`
      [
        "Hub",
        "HubframeError",
        "asBinary",
        "col",
        "concat",
        "decodeText",
        "fromArrow",
        "fromBatches",
        "fromFiles",
        "fromRows",
        "inspectFiles",
        "isHubframeError",
        "survey",
      ]
    `);
    expect(methods(hubframe.Hub.prototype)).toMatchInlineSnapshot(`
      [
        "readParquet",
        "dataset",
        "readFile",
        "refs",
        "whoAmI",
        "createDataset",
        "deleteDataset",
        "commitFiles",
        "writeDataset",
        "planDataset",
        "guessSplits",
        "clearCache",
        "close",
      ]
    `);
  });

  it("has frames that do this and no more", async () => {
    const { frame } = await fakeFrame({});
    expect(methods(Object.getPrototypeOf(frame))).toMatchInlineSnapshot(`
      [
        "repo",
        "sha",
        "files",
        "columns",
        "schema",
        "numPartitions",
        "partition",
        "partitions",
        "select",
        "drop",
        "rename",
        "filter",
        "sample",
        "randomSplit",
        "mapPartitions",
        "slice",
        "limit",
        "head",
        "tail",
        "count",
        "explain",
        "batches",
        "toIPC",
        "toArrow",
        "toRows",
        "toParquetBlob",
        "toParquet",
        "toDask",
        "toDatasets",
        "toPolars",
        "toDuckDB",
        "toJavaScript",
        "toPandas",
      ]
    `);
    expect(methods(ColumnQueries.prototype)).toEqual([
      "aggregate",
      "aggregateFooters",
      "describe",
      "valueCounts",
    ]);
    expect(Object.keys(frame)).toEqual([]);
  });

  it("has these types", () => {
    type Hub = hubframe.Hub;
    expectTypeOf<Hub["readParquet"]>().returns.resolves.toEqualTypeOf<Frame>();
    expectTypeOf<Hub["readParquet"]>().parameter(0).toEqualTypeOf<string | readonly string[]>();
    expectTypeOf<Hub>().toExtend<AsyncDisposable>();
    expectTypeOf<Frame["columns"]>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<Frame["schema"]>().toEqualTypeOf<Schema>();
    expectTypeOf<Schema["fields"]>().toEqualTypeOf<readonly Field[]>();
    expectTypeOf<Frame["files"]>().toEqualTypeOf<readonly FileInfo[]>();
    expectTypeOf<Frame["select"]>().toEqualTypeOf<(...columns: string[]) => Frame>();
    expectTypeOf<Frame["slice"]>().toEqualTypeOf<(offset: number, numRows?: number) => Frame>();
    expectTypeOf<Frame["head"]>().returns.resolves.toEqualTypeOf<Row[]>();
    expectTypeOf<Frame["tail"]>().returns.resolves.toEqualTypeOf<Row[]>();
    expectTypeOf<Frame["toRows"]>().returns.resolves.toEqualTypeOf<Row[]>();
    expectTypeOf<Frame["toArrow"]>().returns.resolves.toEqualTypeOf<Table>();
    expectTypeOf<Frame["toIPC"]>().returns.resolves.toEqualTypeOf<Uint8Array>();
    expectTypeOf<Frame["count"]>().returns.resolves.toEqualTypeOf<number>();
    expectTypeOf<Frame["batches"]>().returns.toExtend<AsyncIterable<Table>>();
    expectTypeOf<Frame>().not.toHaveProperty("then");
    expectTypeOf<Row[string]>().toEqualTypeOf<Value>();
    expectTypeOf<hubframe.HubOptions["token"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<RequestEvent["range"]>().toEqualTypeOf<readonly [start: number, end: number] | undefined>();
  });

  it("narrows what is caught", () => {
    const error: unknown = undefined;
    if (hubframe.isHubframeError(error)) expectTypeOf(error.code).toEqualTypeOf<ErrorCode>();
    expectTypeOf(hubframe.isHubframeError).guards.toEqualTypeOf<hubframe.HubframeError>();
  });
});
