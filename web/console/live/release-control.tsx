import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ShownSale } from '../../../contract/console/sale.ts'
import type { Sample } from '../../../contract/console/sample.ts'
import { call } from '../call.ts'
import { number, span } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { isOver, releaseRate, releaseText } from '../sale.ts'
import { useSale } from '../sale-context.ts'
import { useAction } from '../use-action.ts'
import { Control } from './control.tsx'

/** Why no more may be in flight (contract/auto-release.ts). */
const LIMITED: Record<string, string> = {
  lag: ', as many as are recorded in time',
  mysql: ', held back by MySQL',
  queue: ', held back by the queue',
  line: ', more than the line has',
  most: ', the most that is allowed',
  rising: ', rising',
  unknown: ': no worker reports',
}

/** How fast the line is released: a batch every so many ms, or as fast as the backends take it. */
export function ReleaseControl({ latest }: { latest: Sample | undefined }): JSX.Element {
  const { sale, reload } = useSale()
  const fixed = sale.release === 'auto' ? { batch: 10, everyMs: 100 } : sale.release
  // What is typed stays while the page is drawn anew; until then the field shows what is in force.
  const [batch, setBatch] = useState<string>()
  const [every, setEvery] = useState<string>()
  const [mode, setMode] = useState<'fixed' | 'auto'>()
  const auto = (mode ?? (sale.release === 'auto' ? 'auto' : 'fixed')) === 'auto'
  const text = auto
    ? 'auto'
    : `${(batch ?? String(fixed.batch)).trim()}/${(every ?? String(fixed.everyMs)).trim()}`
  const set = useAction(
    () => call<ShownSale>('PUT', `/api/sales/${sale.id}/release`, { release: text, version: sale.version }),
    ({ release }) => `Set to ${releaseText(release)}.`,
  )
  const wished = auto ? undefined : (1000 * Number(text.split('/')[0])) / Number(text.split('/')[1])
  return (
    <Control
      title="Release"
      present={
        <>
          {sale.release === 'auto'
            ? `auto${latest?.window === undefined ? '' : `, ${number(latest.window)} may be in flight${LIMITED[latest.limitedBy ?? ''] ?? ''}`}`
            : `${fixed.batch} per ${fixed.everyMs} ms = ${number(releaseRate(sale.release))}/s`}
          <span class="soft"> · now {number(latest?.released)}/s</span>
        </>
      }
      of={set}
    >
      {!isOver(sale) && (
        <form
          class={auto ? 'release-form auto' : 'release-form'}
          onSubmit={async (event) => {
            event.preventDefault()
            if (await set.run()) {
              setBatch(undefined)
              setEvery(undefined)
              setMode(undefined)
            }
            reload()
          }}
        >
          <fieldset class="choice">
            <legend class="unseen">Release</legend>
            {(['fixed', 'auto'] as const).map((one) => (
              <label key={one}>
                <input
                  type="radio"
                  name="release"
                  checked={(one === 'auto') === auto}
                  onChange={() => setMode(one)}
                />
                <span>{one}</span>
              </label>
            ))}
          </fieldset>
          {!auto && (
            <>
              <Field
                label="Tickets"
                type="number"
                value={batch ?? String(fixed.batch)}
                onInput={setBatch}
                wrong={set.refused?.field('release') !== undefined}
              />
              <Field
                label="Every, ms"
                type="number"
                value={every ?? String(fixed.everyMs)}
                onInput={setEvery}
              />
            </>
          )}
          <Button type="submit" kind="primary" busy={set.busy} label="Set release">
            Set
          </Button>
          <p class="hint">
            {auto ? 'As fast as the backends take it.' : takes(wished, latest?.left ?? sale.left)}
          </p>
        </form>
      )}
    </Control>
  )
}

function takes(perSecond: number | undefined, left: number): string {
  if (perSecond === undefined || !Number.isFinite(perSecond) || perSecond <= 0)
    return 'Both must be whole numbers, 1 or more.'
  const rest =
    left > 0 ? `: the ${number(left)} units left take ${span((1000 * left) / perSecond)} or more` : ''
  return `${number(perSecond)} a second${rest}.`
}
