/** A table with headers on both sides; on a phone each row is a sheet, with the headers beside the values. */
import type { ComponentChildren, JSX } from "preact";

interface GridProps {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly GridRow[];
}

export interface GridRow {
  readonly key: string;
  readonly head: ComponentChildren;
  readonly cells: readonly ComponentChildren[];
}

export function Grid({ caption, columns, rows }: GridProps): JSX.Element {
  return (
    // Roles are written out: a table that a phone lays out as sheets would lose them otherwise.
    <div class="grid-frame" role="region" aria-label={caption} tabIndex={0}>
      <table class="grid" role="table">
        <caption class="hidden-visually">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th scope="col" role="columnheader" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr role="row" key={row.key}>
              <th scope="row" role="rowheader">
                {row.head}
              </th>
              {row.cells.map((cell, at) => (
                <td role="cell" data-label={columns[at + 1]} key={columns[at + 1] ?? at}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
