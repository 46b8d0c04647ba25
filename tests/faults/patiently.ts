import { setTimeout as sleep } from 'node:timers/promises'

/** Our own steps wait for a store that is just coming back. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === 20) throw error
      await sleep(500)
    }
  }
}
