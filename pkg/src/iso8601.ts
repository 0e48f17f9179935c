/** Which texts are dates, times and durations in ISO 8601, as far as the Rust core reads them (`src/expr/time.rs`). */

const DATE = String.raw`(?<year>[+-]?\d{4,6})-(?<month>\d\d)-(?<day>\d\d)`;
const TIME = String.raw`([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?`;
const OFFSET = String.raw`[Zz]|[+-]([01]\d|2[0-3])(:?[0-5]\d)?`;
const TIMESTAMP = new RegExp(`^${DATE}([Tt ]${TIME}(?<offset>${OFFSET})?)?$`);
const TIME_OF_DAY = new RegExp(`^${TIME}$`);
const DURATION =
  /^-?P(?=\d|T\d)(\d+(\.\d{1,9})?W)?(\d+(\.\d{1,9})?D)?(T(\d+(\.\d{1,9})?H)?(\d+(\.\d{1,9})?M)?(\d+(\.\d{1,9})?S)?)?$/;
const ONLY_OFFSET = new RegExp(`^(${OFFSET})$`);

/** Whether a date, or a date and time, says how far its clock is ahead of UTC; `undefined` if it is neither. */
export function hasOffset(text: string): boolean | undefined {
  const { year, month, day, offset } = TIMESTAMP.exec(text)?.groups ?? {};
  if (year === undefined || Number(day) < 1) return undefined;
  if (Number(day) > daysOf(Number(year), Number(month))) return undefined;
  return offset !== undefined;
}

/** Whether it is a time of day: `12:30:00.5`. */
export function isTime(text: string): boolean {
  return TIME_OF_DAY.test(text);
}

/** Whether it is a length of time: `P1DT2H30M1.5S`. */
export function isDuration(text: string): boolean {
  return DURATION.test(text);
}

/** Whether a time zone is one by its offset, or UTC, so that its clock is known without a table of zones. */
export function isFixedZone(zone: string): boolean {
  return zone === "UTC" || zone === "Etc/UTC" || zone === "GMT" || ONLY_OFFSET.test(zone);
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  if (month < 1 || month > 12) return 0;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
