import type { Challenge, Solution } from 'altcha-lib'
import type { WorkMessage } from './solve-work.ts'

/**
 * Solves a proof of work beside the page, which stays awake. `onTried` hears how many tries are done. Resolves with
 * undefined where this browser can not do it; `stop` ends it, and then it never resolves.
 */
export function proveWork(challenge: Challenge, onTried: (tried: number) => void) {
  const worker = new Worker(new URL('./solve-work.ts', import.meta.url), { type: 'module' })
  const solution = new Promise<Solution | undefined>((resolve) => {
    worker.addEventListener('error', () => resolve(undefined))
    worker.addEventListener('message', ({ data }: MessageEvent<WorkMessage>) => {
      if ('tried' in data) onTried(data.tried)
      else resolve('solution' in data ? data.solution : undefined)
    })
  })
  worker.postMessage(challenge)
  void solution.then(() => worker.terminate())
  return { solution, stop: () => worker.terminate() }
}
