import type { JSX } from 'preact'
import type { Sample } from '../../../contract/console/sample.ts'
import type { ShownSwitches } from '../../../contract/console/switch.ts'
import { percent } from '../format.ts'
import { Badge } from '../parts/badge.tsx'
import { isOver } from '../sale.ts'
import { useSale } from '../sale-context.ts'
import { originOf } from '../switches/switch-words.ts'
import { useLoad } from '../use-load.ts'
import { Turn } from './turn.tsx'

const EVERY_MS = 5_000

const after = (from: string): string => (from === 'normal' ? '' : `, ${originOf(from)}`)

/** Admission share and challenge of this sale, and the level of all. */
export function SwitchControls({ latest }: { latest: Sample | undefined }): JSX.Element | null {
  const { sale } = useSale()
  const own = useLoad<ShownSwitches>(`/api/switches?sale=${sale.id}`, EVERY_MS)
  const all = useLoad<ShownSwitches>('/api/switches', EVERY_MS)
  if (own.data === undefined || all.data === undefined) return null
  const find = (list: ShownSwitches, name: string) => list.switches.find((one) => one.name === name)
  const share = find(own.data, 'share')
  const challenge = find(own.data, 'challenge')
  const level = find(all.data, 'level')
  const { levels } = all.data
  return (
    <>
      {share && (
        <Turn
          title="Admission share"
          present={`${share.value === 'auto' ? 'auto' : percent(Number(share.value))}${after(share.from)}`}
          now={latest?.share === undefined ? undefined : `${percent(latest.share)} let in now`}
          options={[
            ['auto', 'auto'],
            ...[1, 0.75, 0.5, 0.25, 0.1, 0].map((part) => [String(part), percent(part)] as const),
            ['default', 'as for all sales'],
          ]}
          value={String(share.value)}
          {...{
            fixed: isOver(sale),
            sale: sale.id,
            name: 'share',
            version: share.version,
            onDone: own.reload,
          }}
        />
      )}
      {challenge && (
        <Turn
          title="Challenge"
          present={
            sale.challenge === 'none'
              ? 'this sale asks none'
              : `${sale.challenge}, ${challenge.value ? 'asked' : 'not asked'}${after(challenge.from)}`
          }
          options={[
            ['on', 'asked'],
            ['off', 'not asked'],
            ['default', 'as for all sales'],
          ]}
          value={challenge.value ? 'on' : 'off'}
          {...{ sale: sale.id, name: 'challenge', version: challenge.version, onDone: own.reload }}
          fixed={sale.challenge === 'none' || isOver(sale)}
        />
      )}
      {level && (
        <Turn
          title="Level, all sales"
          present={
            <>
              <Badge tone={all.data.level === 0 ? 'plain' : all.data.level < 4 ? 'warn' : 'bad'}>
                {all.data.level} {levels[all.data.level]?.name}
              </Badge>{' '}
              <span class="soft">{level.from !== 'normal' && originOf(level.from)}</span>
            </>
          }
          options={levels.map((one) => [String(one.level), `${one.level} ${one.name}`] as const)}
          value={String(all.data.level)}
          {...{ name: 'level', version: level.version, onDone: all.reload }}
        />
      )}
    </>
  )
}
