/** An error as a sentence for a person who uploads. Pure. */
import { isHubframeError } from "../errors.js";

/** What went wrong, and the way out. */
export function sentenceOf(error: unknown): string {
  if (!isHubframeError(error)) return error instanceof Error ? error.message : String(error);
  const { hint, file, line } = error.context;
  const place = line === undefined ? file : `${file}, line ${line}`;
  const isNamed = file === undefined || error.message.includes(file);
  if (isOtherEncoding(error)) {
    return `Line ${line} is not UTF-8. Files of Excel often are in Windows-1252; else save it as UTF-8, and add it again.`;
  }
  switch (error.code) {
    case "unauthorized":
      return "The Hub does not know this token any more. Sign in again above; the plan stays as it is.";
    case "network":
      return `${error.message} It goes on by itself when the network is back.`;
    default:
      return [forPage(error.message), hint, isNamed ? "" : `(${place})`].filter(Boolean).join(" ");
  }
}

/** Whether a file has bytes that are no UTF-8, so that it may be in another encoding. */
export function isOtherEncoding(error: unknown): boolean {
  return isHubframeError(error, "corrupt") && error.message.startsWith("The file is not UTF-8");
}

/** What programs say by an option, a person chooses in a field. */
function forPage(message: string): string {
  return message.replace(
    / Say mode: .*$/,
    ' Choose under "Splits that are there" whether splits of the same name are replaced or get more rows.',
  );
}
