import type { JSX } from 'preact'
import type { Sample } from '../../../contract/console/sample.ts'
import { number } from '../format.ts'
import { releaseText } from '../sale.ts'
import { useSale } from '../sale-context.ts'
import { clicks } from './charts.ts'

/** The six numbers that matter, large. What is not known now is a dash. */
export function Tiles({ samples }: { samples: readonly Sample[] }): JSX.Element {
  const { sale } = useSale()
  const now = samples.at(-1)
  const stock = now?.stock ?? sale.stock
  const peak = samples.reduce((most, sample) => Math.max(most, clicks(sample) ?? 0), 0)
  const rate =
    sale.release === 'auto'
      ? 'under auto release'
      : `set ${number(now?.rate)}/s (${releaseText(sale.release)})`
  return (
    <dl class="tiles">
      <Tile label="Left" value={now?.left ?? sale.stock - sale.sold} note={`of ${number(stock)} units`} />
      <Tile label="Held" value={now?.held ?? sale.sold - sale.paid} note="ordered, not paid" />
      <Tile
        label="Paid"
        value={now?.paid ?? sale.paid}
        note={`${percentOf(now?.paid ?? sale.paid, stock)} of stock`}
      />
      <Tile label="Line" value={now?.line} note={`${number(now?.inFlight)} in flight`} />
      <Tile label="Released a second" value={now?.released} note={rate} />
      <Tile
        label="Clicks a second"
        value={now === undefined ? undefined : clicks(now)}
        note={`peak ${number(peak)}`}
      />
    </dl>
  )
}

const percentOf = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${Math.round((100 * part) / whole)}%`

const Tile = ({ label, value, note }: { label: string; value: number | undefined; note: string }) => (
  <div class="tile">
    <dt>{label}</dt>
    <dd class="tile-value">{number(value === undefined ? undefined : Math.round(value))}</dd>
    <dd class="tile-note">{note}</dd>
  </div>
)
