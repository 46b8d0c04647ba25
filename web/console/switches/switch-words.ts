import type { ShownSwitch } from '../../../contract/console/switch.ts'

/** Where a value comes from, as it is said after the value. */
export function originOf(from: string): string {
  if (from === 'this sale') return 'set for this sale'
  if (from === 'set') return 'set by hand'
  if (from === 'load') return 'raised by the load'
  return from === 'normal' ? 'the normal value' : `by ${from}`
}

/** As the API and the command line write it. */
export const valueText = (value: ShownSwitch['value']): string =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value)

/** What may be chosen, where that is a list; undefined: a number, which is typed. */
export function choicesOf({ name, allowed }: ShownSwitch): [value: string, label: string][] | undefined {
  if (allowed !== 'on or off') return undefined
  return [
    ['default', `default (${name === 'read-only' || name === 'closed' ? 'off' : 'on'}, or by the level)`],
    ['on', 'on'],
    ['off', 'off'],
  ]
}
