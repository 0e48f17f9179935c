/** Names of columns in one word of an address. Pure. */

/** The names, separated by commas; a comma within a name is encoded. */
export function namesToText(names: readonly string[]): string {
  return names.map((name) => encodeURIComponent(name)).join(",");
}

/** The names that a text lists. */
export function namesFromText(text: string | undefined): readonly string[] {
  return text ? text.split(",").map(decodeName) : [];
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
