import type { TestProject } from 'vitest/node'
import { ROLES } from '../../stack/stack.ts'
import { lendStack, type StackAddress } from '../lend-stack.ts'

declare module 'vitest' {
  interface ProvidedContext {
    stack: StackAddress
  }
}

/** One stack for the files of this folder that change nothing but sales; those that stop servers start their own. */
export default async function (project: TestProject): Promise<() => Promise<void>> {
  const stack = await lendStack({ roles: ROLES })
  const { dir, urls, ports, secrets, env, console } = stack
  project.provide('stack', { dir, urls, ports, secrets, env, console })
  return stack.stop
}
