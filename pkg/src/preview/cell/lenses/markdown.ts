/**
 * Markdown, made of elements one by one: no HTML of a dataset is ever parsed. What Markdown calls HTML is shown as the
 * text that it is, pictures as links (nothing is fetched from elsewhere), and a link is one only to http, https or
 * mailto.
 */
import { lexer, type Token, type Tokens } from "marked";
import { visibleControls } from "../visible.js";
import { textLens } from "./text.js";

/** Longer text stays text: a parser of Markdown is not made for it. */
export const MAX_MARKDOWN = 200_000;

/** Deeper nesting is shown as its source. */
const MAX_DEPTH = 24;

/** Shows `text` as Markdown. */
export function markdownLens(text: string): HTMLElement {
  if (text.length > MAX_MARKDOWN) return textLens(text);
  const box = document.createElement("div");
  box.className = "markdown";
  box.append(...nodes(lexer(visibleControls(text)), 0));
  return box;
}

function nodes(tokens: readonly Token[] | undefined, depth: number): Node[] {
  return (tokens ?? []).map((token) => (depth > MAX_DEPTH ? source(token) : node(token, depth)));
}

function node(token: Token, depth: number): Node {
  const inner = () => nodes("tokens" in token ? token.tokens : undefined, depth + 1);
  switch (token.type) {
    case "space":
      return source({ raw: "" });
    case "heading":
      // The panel's own headings come above.
      return element(`h${Math.min(6, (token as Tokens.Heading).depth + 2)}`, inner());
    case "paragraph":
      return element("p", inner());
    case "blockquote":
      return element("blockquote", inner());
    case "strong":
    case "em":
    case "del":
      return element(token.type, inner());
    case "br":
    case "hr":
      return element(token.type, []);
    case "code":
      return element("pre", [element("code", [(token as Tokens.Code).text])]);
    case "codespan":
      return element("code", [(token as Tokens.Codespan).text]);
    case "list":
      return list(token as Tokens.List, depth);
    case "table":
      return table(token as Tokens.Table, depth);
    case "link":
    case "image":
      return link(token as Tokens.Link | Tokens.Image, depth);
    case "text":
      return "tokens" in token && token.tokens
        ? element("span", inner())
        : source({ raw: (token as Tokens.Text).text });
    case "escape":
      return source({ raw: (token as Tokens.Escape).text });
    default:
      return source(token);
  }
}

function list({ ordered, start, items }: Tokens.List, depth: number): HTMLElement {
  const box = element(
    ordered ? "ol" : "ul",
    items.map((item) => element("li", nodes(item.tokens, depth + 1))),
  );
  if (ordered && typeof start === "number") box.setAttribute("start", String(start));
  return box;
}

function table({ header, rows }: Tokens.Table, depth: number): HTMLElement {
  const line = (cells: readonly Tokens.TableCell[], name: string) =>
    element(
      "tr",
      cells.map((cell) => element(name, nodes(cell.tokens, depth + 1))),
    );
  const body = rows.map((row) => line(row, "td"));
  return element("table", [element("thead", [line(header, "th")]), element("tbody", body)]);
}

function link(token: Tokens.Link | Tokens.Image, depth: number): Node {
  const inner = token.type === "link" ? nodes(token.tokens, depth + 1) : [`🖼 ${token.text || token.href}`];
  if (!/^(https?|mailto):/i.test(token.href)) return element("span", inner);
  const anchor = element("a", inner) as HTMLAnchorElement;
  anchor.href = token.href;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer nofollow";
  return anchor;
}

function source({ raw }: Pick<Token, "raw">): Text {
  return document.createTextNode(raw);
}

function element(name: string, children: readonly (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}
