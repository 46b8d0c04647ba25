import type { ComponentChildren, JSX } from 'preact'
import { number, toMs } from '../format.ts'
import { Badge } from '../parts/badge.tsx'
import { Relative, useNow, When } from '../parts/when.tsx'
import { DiscardDraft } from '../path/discard-draft.tsx'
import { PublishStep } from '../path/publish-step.tsx'
import type { RehearsalsView } from '../path/rehearsal.ts'
import { RehearseStep } from '../path/rehearse-step.tsx'
import { STEPS, type StepName, type StepState, statesOf } from '../path/steps.ts'
import { releaseText, type SaleView } from '../sale.ts'
import { useSale } from '../sale-context.ts'
import { session, whyNot } from '../session.ts'
import { useShared } from '../shared-value.ts'
import { useLoad } from '../use-load.ts'

const TITLES: Record<StepName, string> = {
  register: 'Registered',
  publish: 'Publish',
  preload: 'Load the stock',
  rehearse: 'Rehearse',
  open: 'Open',
  sell: 'Sell out, or end',
  settle: 'Settle',
  evidence: 'Evidence',
}
const STATES = {
  done: { word: 'done', tone: 'good' },
  now: { word: 'next', tone: 'accent' },
  later: { word: 'later', tone: 'plain' },
  skipped: { word: 'skipped', tone: 'warn' },
} as const satisfies Record<StepState, unknown>
const EVERY_MS = 1_500

/** The way of a sale from its registration to its evidence: what is done, what is next, and the buttons for it. */
export function Path(): JSX.Element {
  const { sale, reload } = useSale()
  const shut = whyNot(useShared(session))
  const rehearsals = useLoad<RehearsalsView>(`/api/sales/${sale.id}/rehearsals`, EVERY_MS)
  const states = statesOf(sale, rehearsals.data?.reports[0], useNow())
  const published = sale.phase !== 'draft'
  const closing = sale.phase === 'closed' || sale.phase === 'settled'
  const contents: Record<StepName, ComponentChildren> = {
    register: (
      <>
        <Registered sale={sale} />
        {!published && <DiscardDraft sale={sale} shut={shut} />}
      </>
    ),
    publish: (
      <>
        <p>Its page goes to the doors and to the CDN, and every door is asked for it.</p>
        <PublishStep sale={sale} reload={reload} shut={shut} />
      </>
    ),
    preload: <p>Publishing lays the stock into Redis; the doors know the sale a moment later.</p>,
    rehearse: (
      <>
        <p>
          Simulated buyers buy a shadow stock through every door, ever faster. The real stock is not touched.
        </p>
        {published && !closing && <RehearseStep id={sale.id} rehearsals={rehearsals} shut={shut} />}
      </>
    ),
    open: (
      <p>
        Opens by itself: <When at={toMs(sale.opensAt)} />, <Relative at={toMs(sale.opensAt)} />.
      </p>
    ),
    sell: (
      <p>
        {number(sale.sold)} of {number(sale.stock)} units sold or held, {number(sale.paid)} paid.{' '}
        {published && <a href={`#/sales/${sale.id}/live`}>Watch and steer it live</a>}
      </p>
    ),
    settle: (
      <p>
        What is left goes back to the shop, what was paid becomes its orders, once.{' '}
        {states.settle !== 'later' && <a href={`#/sales/${sale.id}/settlement`}>Settlement</a>}
      </p>
    ),
    evidence: (
      <p>
        One page that proves the sale: its course, its books and its fairness.{' '}
        {published && (
          <a href={`/api/sales/${sale.id}/evidence`} download>
            Download
          </a>
        )}
      </p>
    ),
  }
  return (
    <ol class="path">
      {STEPS.map((step) => {
        const { word, tone } = STATES[states[step]]
        return (
          <li
            key={step}
            class={`step is-${states[step]}`}
            aria-current={states[step] === 'now' ? 'step' : undefined}
          >
            <div class="step-head">
              <h2>{TITLES[step]}</h2>
              <Badge tone={tone}>{word}</Badge>
            </div>
            {contents[step]}
          </li>
        )
      })}
    </ol>
  )
}

function Registered({ sale }: { sale: SaleView }): JSX.Element {
  const from = sale.sku ? `, taken out of the inventory of ${sale.sku}` : ''
  return (
    <p>
      {number(sale.stock)} units{from}; {number(sale.standby)} may stand by; release{' '}
      {releaseText(sale.release)}; challenge {sale.challenge}.
    </p>
  )
}
