import type { Role } from '../platform/local-stack/record.ts'

/** How one server is run. */
export interface ServerPlan {
  name: string
  role: Role
  command: string
  args: string[]
  env?: Record<string, string>
  /** Below 0: before the others of this machine, as far as we may (root). */
  nice?: number
  /** Runs before the first start: folders, configuration files. */
  prepare?: () => Promise<void>
  /** True once the server does its work. */
  isReady: () => Promise<boolean>
  readyWithinMs: number
  /** True while it answers at all, well or not; `isReady` where left out. */
  isAlive?: () => Promise<boolean>
  /** A process that has not answered for so long is frozen: it is killed and started again. */
  frozenAfterMs?: number
  stopSignal?: NodeJS.Signals
  /** After so long it is killed. */
  stopWithinMs: number
}
