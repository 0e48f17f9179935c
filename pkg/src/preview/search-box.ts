/** The form that searches text columns. */
import { html, nothing, type TemplateResult } from "lit";
import type { Field } from "../types.js";
import { columnList, searchable, searchedColumns } from "./search.js";

/** A search, as an address tells it. */
export interface Search {
  readonly search?: string | undefined;
  readonly searchIn?: string | undefined;
}

/** The form; nothing where there is no column to search. */
export function searchBox(
  { search, searchIn }: Search,
  fields: readonly Field[],
  onSearch: (search: Search) => void,
): TemplateResult | typeof nothing {
  const columns = searchable(fields);
  if (columns.length === 0) return nothing;
  const chosen = searchedColumns(searchIn, fields);
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const text = String(data.get("search"));
    const list = text ? columnList(data.getAll("in").map(String), fields) : undefined;
    onSearch({ search: text || undefined, searchIn: list });
  };
  return html`
    <form class="search" role="search" @submit=${onSubmit}>
      <input name="search" type="search" aria-label="Search" placeholder="Search text" .value=${search ?? ""} size="16">
      <button type="submit">Search</button>
      ${
        columns.length > 1
          ? html`
            <details>
              <summary>in ${chosen.length === columns.length ? "all" : chosen.length} of ${columns.length} columns</summary>
              <fieldset>
                <legend>Columns to search</legend>
                ${columns.map(
                  (name) => html`
                    <label><input type="checkbox" name="in" value=${name} .checked=${chosen.includes(name)}> ${name}</label>
                  `,
                )}
              </fieldset>
            </details>
          `
          : nothing
      }
    </form>
  `;
}
