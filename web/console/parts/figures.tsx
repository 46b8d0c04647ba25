import type { JSX } from 'preact'

export interface Figure {
  label: string
  value: string
  note?: string
}

/** Numbers that matter, side by side, each with its name. */
export const Figures = ({ figures }: { figures: readonly Figure[] }): JSX.Element => (
  <dl class="figures">
    {figures.map(({ label, value, note }) => (
      <div key={label} class="figure">
        <dt>{label}</dt>
        <dd>
          <span class="figure-value">{value}</span>
          {note !== undefined && <span class="figure-note">{note}</span>}
        </dd>
      </div>
    ))}
  </dl>
)
