import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { RUN_FOLDER } from '../platform/local-stack/record.ts'

export interface StartOptions {
  detach: boolean
  dir: string
  doors: number
  gateways: number
  workers: number
}

/** What stands behind `npm start --`. Throws an Error that says what is wrong with it. */
export function readStartOptions(args: string[]): StartOptions {
  const { values } = parseArgs({
    args,
    options: {
      detach: { type: 'boolean', default: false },
      dir: { type: 'string', default: RUN_FOLDER },
      doors: { type: 'string', default: '1' },
      gateways: { type: 'string', default: '2' },
      workers: { type: 'string', default: '2' },
    },
  })
  return {
    detach: values.detach,
    dir: resolve(values.dir),
    doors: count('doors', values.doors),
    gateways: count('gateways', values.gateways),
    workers: count('workers', values.workers),
  }
}

function count(name: string, text: string): number {
  const value = Number(text)
  if (!/^\d{1,2}$/.test(text) || value < 1) throw new Error(`--${name} must be a whole number from 1 to 99`)
  return value
}
