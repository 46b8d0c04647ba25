import { inject } from 'vitest'
import type { StackAddress } from '../lend-stack.ts'

/** The running stack of this worker of vitest: used by the files before it and after it, but by none beside it. */
export function borrowStack(): StackAddress {
  const stack = inject('stacks')[Number(process.env.VITEST_POOL_ID) - 1]
  if (stack === undefined) throw new Error(`no stack for worker ${process.env.VITEST_POOL_ID}`)
  return stack
}
