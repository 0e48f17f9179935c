/** Decimals, timestamps and times of day as whole numbers of their unit, which is how Arrow stores them. Nothing is rounded. */
import { hasOffset, isTime } from "./iso8601.js";

/** Why a value has no such number: the end of a sentence that begins with the value. */
export class Misfit {
  constructor(readonly why: string) {}
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

/** A decimal of so many digits, `scale` of them behind the point, as a multiple of the last one. */
export function decimalUnits(text: string, precision: number, scale: number): bigint | Misfit {
  const [, sign, whole, fraction = "", exponent = "0"] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return new Misfit("is no decimal number.");
  const shift = Number(exponent) + scale - fraction.length;
  // No value that fits is longer, and a long one takes its time.
  if (Math.abs(shift) > 1000) return new Misfit(`does not fit ${precision} digits.`);
  const digits = BigInt(whole + fraction) * 10n ** BigInt(Math.max(shift, 0));
  const beyond = 10n ** BigInt(Math.max(-shift, 0));
  if (digits % beyond !== 0n) return new Misfit(`has more than ${scale} decimals.`);
  const units = digits / beyond;
  if (units >= 10n ** BigInt(precision)) {
    return new Misfit(`has more than ${precision - scale} digits before the point.`);
  }
  return sign === "-" ? -units : units;
}

/** A date and time in ISO 8601 as units since 1970. Without an offset it is of the column's zone, which must be UTC then. */
export function timestampUnits(text: string, perSecond: bigint, zone: string | null): bigint | Misfit {
  const offset = hasOffset(text);
  if (offset === undefined) return new Misfit("is no date and time in ISO 8601.");
  if (!offset && zone !== null && zone !== "UTC") return new Misfit("lacks an offset from UTC.");
  const [, date = "", minutes = "00:00", seconds = "00", fraction = "", away = ""] =
    /^([+-]?\d+-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(.*))?$/.exec(text) ?? [];
  // `Date` wants the year in four digits or six, and an offset in hours and minutes.
  const whole = `${date}T${minutes}:${seconds}${clockOffset(away)}`;
  const ms = Date.parse(whole);
  if (Number.isNaN(ms)) return new Misfit("is no date and time that there is.");
  return inUnits(BigInt(ms / 1000), fraction, perSecond);
}

/** A time of day as units since midnight. */
export function timeUnits(text: string, perSecond: bigint): bigint | Misfit {
  if (!isTime(text)) return new Misfit("is no time of day, such as 13:37:00.25.");
  const [clock = "", fraction = ""] = text.split(".");
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(":").map(Number);
  return inUnits(BigInt((hours * 60 + minutes) * 60 + seconds), fraction, perSecond);
}

function clockOffset(text: string): string {
  if (text === "" || text === "z" || text === "Z") return "Z";
  const digits = text.slice(1).replace(":", "").padEnd(4, "0");
  return `${text[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

function inUnits(seconds: bigint, fraction: string, perSecond: bigint): bigint | Misfit {
  const parts = decimalUnits(`0.${fraction}`, 20, String(perSecond).length - 1);
  return parts instanceof Misfit
    ? new Misfit("is finer than the unit of the column.")
    : seconds * perSecond + parts;
}
