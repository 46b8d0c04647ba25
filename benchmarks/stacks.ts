import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ROLES, type Stack } from '../stack/stack.ts'
import { startStack } from '../stack/start-stack.ts'
import type { Bench } from './scenario.ts'

/** It has no part in what is measured. */
const WITHOUT_CONSOLE = ROLES.filter((role) => role !== 'console')

/** Lends stacks, one at a time, each from a folder of its own that goes with it. */
export function stackLender(dir: string, keep: boolean, say: (line: string) => void) {
  let current: { stack: Stack; options: unknown } | undefined
  let count = 0

  const end = async (): Promise<void> => {
    if (!current) return
    const { stack } = current
    current = undefined
    await stack.stop()
    await rm(stack.dir, { recursive: true, force: true })
  }

  const lend: Bench['lendStack'] = async (options) => {
    if (keep && current && isDeepStrictEqual(current.options, options)) return current.stack
    await end()
    const began = Date.now()
    const stack = await startStack({ dir: join(dir, `stack-${++count}`), roles: WITHOUT_CONSOLE, ...options })
    say(`stack is ready (${((Date.now() - began) / 1000).toFixed(1)} s, not counted)`)
    current = { stack, options }
    return stack
  }
  return { lend, end }
}
