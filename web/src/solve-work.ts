import { type Challenge, type Solution, solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2'

// A thread of its own: tries counters until one solves the challenge, and says how far it is.

/** What it tells the page. */
export type WorkMessage = { tried: number } | { solution: Solution } | { failed: true }

const TELL_EVERY_MS = 50
const tell = (message: WorkMessage) => postMessage(message)

addEventListener('message', async (event: MessageEvent<Challenge>) => {
  let tried = 0
  let toldAt = 0
  try {
    const solution = await solveChallenge({
      challenge: event.data,
      deriveKey: (...args) => {
        tried++
        const now = performance.now()
        if (now - toldAt > TELL_EVERY_MS) {
          toldAt = now
          tell({ tried })
        }
        return deriveKey(...args)
      },
    })
    tell(solution ? { solution } : { failed: true })
  } catch {
    // Without https a browser has no cryptography to offer.
    tell({ failed: true })
  }
})
