import type { Solution, Challenge as Work } from 'altcha-lib'
import { find } from './paint-desk.ts'
import { proveWork } from './prove-work.ts'

/** The bar of a proof of work: the browser does it, the buyer only sees how far it is. */
export function challengeWork() {
  const work = find('#challenge-work')
  const bar = find<HTMLProgressElement>('#challenge-progress')
  let stopWork = () => {}
  return {
    /** Resolves with undefined where this browser can not do it; never after `stop`. */
    async prove({ challenge, tries }: { challenge: Work; tries: number }): Promise<Solution | undefined> {
      work.hidden = false
      bar.max = tries
      bar.value = 0
      const { solution, stop } = proveWork(challenge, (tried) => {
        bar.value = tried
      })
      stopWork = stop
      const found = await solution
      if (found) bar.value = tries
      else work.hidden = true
      return found
    },
    stop() {
      stopWork()
      stopWork = () => {}
    },
    hide() {
      work.hidden = true
    },
  }
}
