import type { JSX } from 'preact'
import { moment } from './format.ts'

interface Line {
  name: string
  before?: string | undefined
  after?: string | undefined
}

/** What a change changed, a line for each value: only those that are another one now. */
export function differenceOf(before: unknown, after: unknown): Line[] {
  if (!isRecord(before) && !isRecord(after)) {
    const [was, is] = [textOf(before), textOf(after)]
    return was === undefined && is === undefined ? [] : [{ name: '', before: was, after: is }]
  }
  const [was, is] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}]
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((name) => ({ name: wordsOf(name), before: textOf(was[name], name), after: textOf(is[name], name) }))
    .filter((line) => line.before !== line.after)
}

const isText = (value: unknown): boolean => typeof value !== 'object'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const LONGEST = 120

function textOf(value: unknown, name = ''): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number') {
    if (name.endsWith('At')) return `${moment(value, 'UTC')} UTC`
    const unit = unitOf(name)
    return unit === undefined ? String(value) : `${value} ${UNITS[unit]}`
  }
  const text = isRecord(value)
    ? Object.values(value).join('/')
    : isText(value)
      ? String(value)
      : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text === '' ? '(empty)' : text
}

/** How a name ends that says its unit. */
const UNITS = { Cents: 'cents', Ms: 'ms', S: 's' } as const

const unitOf = (name: string): keyof typeof UNITS | undefined =>
  (Object.keys(UNITS) as (keyof typeof UNITS)[]).find((unit) => name.endsWith(unit))

/** `payWithinS` as "pay within": its unit stands after the value. */
const wordsOf = (name: string): string =>
  name
    .slice(0, name.length - (unitOf(name) ?? '').length)
    .replace(/[A-Z]/g, (sign) => ` ${sign.toLowerCase()}`)

/** Before and after of a recorded change, as text; markup in it stays text. */
export function Difference({ before, after }: { before: unknown; after: unknown }): JSX.Element {
  const lines = differenceOf(before, after)
  if (lines.length === 0) return <span class="soft">–</span>
  return (
    <ul class="difference">
      {lines.map(({ name, before, after }) => (
        <li key={name}>
          {name !== '' && <span class="soft">{name} </span>}
          {before !== undefined && <del>{before}</del>}
          {before !== undefined && after !== undefined && <span class="soft"> → </span>}
          {after !== undefined && <ins>{after}</ins>}
          {before !== undefined && after === undefined && <span class="soft"> removed</span>}
        </li>
      ))}
    </ul>
  )
}
