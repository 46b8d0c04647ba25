import type { ComponentChildren, JSX } from 'preact'

export interface Column<T> {
  title: string
  cell: (row: T) => ComponentChildren
  /** Numbers stand to the right, all digits of one width. */
  numeric?: boolean
  /** Takes what room is left. */
  wide?: boolean
}

interface TableProps<T> {
  /** What the table holds, for screen readers. */
  caption: string
  columns: readonly Column<T>[]
  rows: readonly T[]
  keyOf: (row: T) => string | number
  /** Shown in place of the rows where there are none. */
  empty?: ComponentChildren
}

/** A dense table. On a narrow screen it scrolls by itself, the page never does. */
export function Table<T>({ caption, columns, rows, keyOf, empty }: TableProps<T>): JSX.Element {
  if (rows.length === 0 && empty !== undefined) return <>{empty}</>
  return (
    <div class="table">
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, numeric, wide }) => (
              <th key={title} scope="col" class={classOf(numeric, wide)}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, cell, numeric, wide }) => (
                <td key={title} class={classOf(numeric, wide)}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const classOf = (numeric = false, wide = false): string =>
  `${numeric ? 'numeric' : ''}${wide ? ' wide' : ''}`.trim()
