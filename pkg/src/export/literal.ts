/**
 * Where a value lies among those of a column's type, exactly: as in the Rust core (`src/expr/coerce.rs`), nothing is
 * rounded on the way. So what a program compares with is always a value of the type itself.
 */
import type { Literal } from "../expr.js";

/** The largest whole number of units that is not above a value, and whether it is that value. */
export interface Floor {
  readonly units: bigint;
  readonly isExact: boolean;
}

const NANOS_PER_SECOND = 1_000_000_000n;

/** A number in units of `10 ** -scale`; `undefined` when it is not finite. */
export function floorOfNumber(value: Literal, scale: number): Floor | undefined {
  const written = numberText(value);
  const [, sign = "", whole = "0", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(written ?? "") ?? [];
  if (written === undefined) return undefined;
  const digits = BigInt(sign + whole + fraction);
  return floorDivide(
    digits * 10n ** BigInt(Math.max(scale, 0)),
    10n ** BigInt(fraction.length - Math.min(scale, 0)),
  );
}

/** The number as decimal digits, as the shortest text that reads back as a float; `undefined` when not finite. */
export function numberText(value: Literal): string | undefined {
  if (typeof value === "number") return digitsOf(value);
  if (typeof value !== "object" || value === null) return undefined;
  return value.int ?? value.decimal;
}

/** The float that a number is, or is nearest to. */
export function floatOf(value: Literal): number {
  if (typeof value === "number") return value;
  if (typeof value !== "object" || value === null) return Number.NaN;
  if (value.float !== undefined) {
    return { inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY }[value.float] ?? Number.NaN;
  }
  return Number(value.int ?? value.decimal);
}

/** Nanoseconds since 1970 of a point in time in ISO 8601, in UTC unless it says otherwise. */
export function timestampNanos(text: string, zone: string | null): bigint {
  const match = /^([+-]?\d{4,6})-(\d\d)-(\d\d)(?:[Tt ]([\d:.]+)(.*))?$/.exec(text);
  const [, year = "1970", month = "1", day = "1", time = "00:00", offset = ""] = match ?? [];
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const nanos = BigInt(date.getTime()) * 1_000_000n + timeNanos(time);
  return nanos - offsetNanos(offset || zone || "Z");
}

/** Nanoseconds of a time of day in ISO 8601. */
export function timeNanos(text: string): bigint {
  const [hours = "0", minutes = "0", seconds = "0"] = text.split(":");
  return (
    (BigInt(hours) * 3600n + BigInt(minutes) * 60n) * NANOS_PER_SECOND + scaledBy(seconds, NANOS_PER_SECOND)
  );
}

/** Nanoseconds of a length of time in ISO 8601. */
export function durationNanos(text: string): bigint {
  const [days = "", times = ""] = text.replace(/^-?P/, "").split("T");
  const part = (of: string, letter: string, seconds: bigint) =>
    scaledBy(new RegExp(`([\\d.]+)${letter}`).exec(of)?.[1] ?? "0", seconds * NANOS_PER_SECOND);
  const nanos =
    part(days, "W", 604_800n) +
    part(days, "D", 86_400n) +
    part(times, "H", 3_600n) +
    part(times, "M", 60n) +
    part(times, "S", 1n);
  return text.startsWith("-") ? -nanos : nanos;
}

/** A quotient rounded down. */
export function floorDivide(dividend: bigint, divisor: bigint): Floor {
  const rest = ((dividend % divisor) + divisor) % divisor;
  return { units: (dividend - rest) / divisor, isExact: rest === 0n };
}

/** Decimal digits with a point, times a whole number; what is finer than that is cut off. */
function scaledBy(digits: string, factor: bigint): bigint {
  const [whole = "0", fraction = ""] = digits.split(".");
  return (BigInt(whole + fraction) * factor) / 10n ** BigInt(fraction.length);
}

function offsetNanos(offset: string): bigint {
  const [, sign, hours = "0", minutes = "0"] = /^([+-])(\d\d):?(\d\d)?$/.exec(offset) ?? [];
  const nanos = (BigInt(hours) * 60n + BigInt(minutes)) * 60n * NANOS_PER_SECOND;
  return sign === "-" ? -nanos : nanos;
}

/** Without an exponent: `1e-7` is `0.0000001`. */
function digitsOf(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  if (Number.isInteger(value)) return String(BigInt(value));
  const [, sign = "", whole = "0", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point) || "0"}`;
}
