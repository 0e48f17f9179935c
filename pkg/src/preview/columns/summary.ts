/** A column's summary, as its head in the grid shows it: bars once it is described, before that what footers tell. */
import type { Field } from "../../types.js";
import { describe } from "../cell/fill.js";
import { countText } from "../cell/text.js";
import { type Bar, barsOf, chartText } from "./bars.js";
import type { FooterSummary, Statistics } from "./statistics.js";

/** CSS pixels of a chart's view box; it is stretched to the width of its column. */
const CHART_HEIGHT = 20;

/** Fills the place for a summary in a column's head. */
export function fillSummary(place: HTMLElement, field: Field, statistics: Statistics): void {
  const described = statistics.described(field.name);
  const summary = statistics.summary(field.name);
  const bars = described?.statistics ? barsOf(field, described.statistics) : [];
  const line = document.createElement("span");
  line.textContent = bars.length > 0 ? (described?.of ?? "") : summaryText(field, summary);
  place.title = line.textContent;
  place.replaceChildren(...(bars.length > 0 ? [barChart(bars)] : []), line);
}

/** `0 – 99 · 3 null`. */
export function summaryText(field: Field, summary: FooterSummary | undefined): string {
  if (!summary) return "";
  const { nullCount, min, max } = summary;
  const nulls = nullCount ? `${countText(nullCount)} null` : "";
  if (min === undefined || min === null || max === undefined || max === null) return nulls;
  const [from, to] = [min, max].map((value) => describe(value, field).text);
  return [from === to ? (from ?? "") : `${from} – ${to}`, nulls].filter(Boolean).join(" · ");
}

/** Bars side by side. Lengths are attributes: a page's policy may forbid inline styles. */
function barChart(bars: readonly Bar[]): SVGElement {
  const chart = svg("svg", {
    viewBox: `0 0 ${bars.length * 10} ${CHART_HEIGHT}`,
    preserveAspectRatio: "none",
  });
  chart.setAttribute("role", "img");
  chart.setAttribute("aria-label", chartText(bars));
  const most = Math.max(1, ...bars.map(({ count }) => count));
  for (const [index, { count }] of bars.entries()) {
    // A bar that stands for anything can be seen.
    const height = count === 0 ? 0 : Math.max(1, (count / most) * CHART_HEIGHT);
    chart.append(svg("rect", { x: index * 10 + 0.5, y: CHART_HEIGHT - height, width: 9, height }));
  }
  return chart;
}

function svg(name: string, attributes: { readonly [name: string]: string | number }): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
