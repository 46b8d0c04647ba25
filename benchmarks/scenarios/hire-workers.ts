import { ROOT } from '../../platform/root.ts'
import { workerEnv } from '../../stack/local-env.ts'
import { planNodeProcess } from '../../stack/node-process.ts'
import { choosePort } from '../../stack/ports.ts'
import type { Stack } from '../../stack/stack.ts'
import { createServersBeside } from '../servers-beside.ts'
import { untilDoorPasses } from './sell.ts'

/** Workers beside a stack's own ones, with settings of their own. */
export interface Hired {
  processes(): { name: string; pid: number }[]
  stop(): Promise<void>
}

/** Starts the product's workers on a stack, with further SLUICE_* keys; resolves when they work. */
export async function hireWorkers(stack: Stack, count: number, env: Record<string, string>): Promise<Hired> {
  const servers = createServersBeside(stack.dir)
  const starting = Array.from({ length: count }, async (_, i) => {
    const plan = planNodeProcess(ROOT, 'worker', `hired-${i + 1}`, await choosePort(), {
      ...workerEnv(stack.env),
      ...env,
    })
    await servers.start(plan)
  })
  await Promise.all(starting)
  return {
    processes: servers.processes,
    stop: servers.stop,
  }
}

/** Ends the stack's own processes of a role, and gives what brings them back. */
export async function stopRole(stack: Stack, role: 'gateway' | 'worker'): Promise<() => Promise<void>> {
  const names = stack.processes().flatMap((one) => (one.role === role ? [one.name] : []))
  await Promise.all(names.map((name) => stack.stopProcess(name)))
  return async () => {
    await Promise.all(names.map((name) => stack.startProcess(name)))
    if (role === 'gateway') await untilDoorPasses(stack)
  }
}
