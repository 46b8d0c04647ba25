import type { TestProject } from 'vitest/node'
import { ROLES } from '../../stack/stack.ts'
import { lendStack, type StackAddress } from '../lend-stack.ts'

declare module 'vitest' {
  interface ProvidedContext {
    stacks: StackAddress[]
  }
}

/**
 * Stacks for the files that change nothing but sales (those that stop servers start their own): one for each of vitest's
 * workers, so that no two files ever use the same one at a time.
 */
export default async function (project: TestProject): Promise<() => Promise<void>> {
  const started = await Promise.allSettled(
    Array.from({ length: Number(project.config.maxWorkers) }, () => lendStack({ roles: ROLES })),
  )
  const stacks = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const stop = async () => {
    await Promise.all(stacks.map((stack) => stack.stop()))
  }
  const failed = started.find((one) => one.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  project.provide(
    'stacks',
    stacks.map(({ dir, urls, ports, secrets, env, console }) => ({
      dir,
      urls,
      ports,
      secrets,
      env,
      console,
    })),
  )
  return stop
}
