import { seconds } from './duration.ts'
import { find } from './paint-desk.ts'

/** The line below a challenge: what became of the last try, and in how many seconds it goes on. */
export function challengeNote() {
  const note = find('#challenge-note')
  let timer: ReturnType<typeof setTimeout> | undefined

  function say(text: string): void {
    note.textContent = text
    note.hidden = text === ''
  }

  /** Says how long, second by second, until `untilMs` (on `performance.now()`), then goes on. */
  function countDown(untilMs: number, before: string, then: () => void): void {
    const left = untilMs - performance.now()
    if (left <= 0) {
      then()
      return
    }
    say(`${before} It goes on in ${seconds(left)}.`.trim())
    timer = setTimeout(() => countDown(untilMs, before, then), Math.min(left, (left % 1000) + 1))
  }

  return { say, countDown, stop: () => clearTimeout(timer) }
}
