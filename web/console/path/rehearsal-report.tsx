import type { JSX } from 'preact'
import type { RehearsalReport as Report } from '../../../contract/console/rehearsal.ts'
import { duration, number, span, toMs } from '../format.ts'
import { Badge } from '../parts/badge.tsx'
import { Table } from '../parts/table.tsx'
import { Relative } from '../parts/when.tsx'

const TONES = { ok: 'good', warn: 'warn', no: 'bad' } as const
const WORDS = { ok: 'ok', warn: 'look', no: 'no' } as const

/** Go or no-go, with every reason; what says no stands first. */
export function RehearsalReport({ report }: { report: Report }): JSX.Element {
  const { go, checks, steps, advised, takesS } = report
  const order = ['no', 'warn', 'ok']
  const sorted = [...checks].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
  return (
    <div class="rehearsal">
      <p class={`verdict ${go ? 'good' : 'bad'}`}>
        <strong>{go ? 'Go' : 'No-go'}</strong>
        <span>
          <Relative at={toMs(report.at)} />, took {duration(report.tookMs)}
        </span>
      </p>
      {advised !== null && (
        <p>
          Highest safe release rate: <strong>{number(advised)} tickets a second</strong>
          {takesS.advised !== null && `; the stock takes ${span(1_000 * takesS.advised)} at it`}
          {takesS.own !== null && `, ${span(1_000 * takesS.own)} at the sale's own`}.
        </p>
      )}
      {steps.length > 0 && (
        <Table
          caption="Release rates tried"
          keyOf={({ asked }) => asked}
          rows={steps}
          columns={[
            { title: 'Rate', numeric: true, cell: ({ asked }) => `${number(asked)}/s` },
            { title: 'Came through', numeric: true, cell: ({ released }) => `${number(released)}/s` },
            { title: 'Lag p50', numeric: true, cell: ({ lagP50Ms }) => duration(lagP50Ms) },
            { title: 'Lag p99', numeric: true, cell: ({ lagP99Ms }) => duration(lagP99Ms) },
            { title: 'Queue', numeric: true, cell: ({ queue }) => number(queue) },
            { title: 'Kept up', wide: true, cell: ({ problem }) => problem ?? 'yes' },
          ]}
        />
      )}
      <ul class="checks">
        {sorted.map(({ name, verdict, says }) => (
          <li key={`${name} ${says}`}>
            <Badge tone={TONES[verdict]}>{WORDS[verdict]}</Badge>
            <span>
              <strong>{name}</strong> {says}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
