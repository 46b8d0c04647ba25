import type { Answer, Refusal } from './call.ts'
import { challengeBox } from './challenge-box.ts'
import type { HeldDesk } from './hold-desk.ts'
import { joinLine } from './join-line.ts'
import { find } from './paint-desk.ts'
import { type JoinAnswer, joined, type Place } from './place.ts'
import { stateAt } from './sale.ts'

const FIRST_LOOK_MS = 500
const LOST_PAUSE_MS = 2_000

export interface BuyEvents {
  clicked(): void
  /** A place was taken; it is worth a look after `lookInMs`. */
  joined(place: Place, lookInMs: number): void
  refused(refusal: Refusal): void
}

/** The way from "Buy now" to a place in line: the sale's question first, where it asks one. Returns the click itself. */
export function buyButton(desk: HeldDesk, on: BuyEvents): () => void {
  const button = find('#buy')
  const { id } = desk.get().sale

  const challenge = challengeBox(id, {
    now: desk.now,
    shown: (kind) => desk.change({ challenge: kind }),
    passed: (pass) => {
      desk.change({ challenge: undefined, pass: pass ?? '' })
      if (stateAt(desk.get().sale, desk.now()) === 'open') void join()
      else button.focus()
    },
    refused: (refusal) => {
      desk.set({ challenge: undefined })
      on.refused(refusal)
    },
  })

  /** Asks the challenge; its pass goes with the click, which follows at once or at the opening. */
  function solve(): void {
    desk.change({ challenge: 'coming', pass: undefined, refusal: undefined, payment: undefined })
    challenge.open()
  }

  async function join(): Promise<void> {
    on.clicked()
    const { sale, quantity, pass } = desk.get()
    const asks = sale.challenge !== undefined && sale.challenge !== 'none'
    if (asks && pass === undefined) return solve()
    // Painted before anything else can happen: the button is shut, and a second click finds it so.
    desk.change({ joining: { attempts: 0 }, refusal: undefined, payment: undefined })
    const answer: Answer<JoinAnswer> = await joinLine(id, { quantity, pass }, (attempts, nextMs) => {
      desk.lost(nextMs)
      desk.change({ joining: { attempts } })
    })
    desk.set({ joining: undefined })
    if (answer.kind !== 'lost') desk.found()
    const unsolved = answer.kind === 'refused' && /^challenge_/.test(answer.code)
    if (answer.kind === 'ok' || unsolved) desk.set({ pass: undefined })
    // The page may not have known, or the answer was too old: the question again, and the click after it.
    if (unsolved) return solve()
    if (answer.kind === 'ok')
      on.joined(joined(answer.body, quantity, desk.now()), answer.body.pollAfterMs ?? FIRST_LOOK_MS)
    else if (answer.kind === 'refused') on.refused(answer)
    else desk.change({ refusal: { code: 'unavailable', until: desk.now() + LOST_PAUSE_MS } })
  }

  button.addEventListener('click', () => {
    if (button.getAttribute('aria-disabled') !== 'true') void join()
  })
  return () => void join()
}
