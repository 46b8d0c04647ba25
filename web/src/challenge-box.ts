import type { Refusal } from './call.ts'
import {
  answerChallenge,
  askChallenge,
  type Challenge,
  type ChallengeAnswer,
  type ChallengeKind,
} from './challenge.ts'
import { challengeForm } from './challenge-form.ts'
import { challengeNote } from './challenge-note.ts'
import { challengeWork } from './challenge-work.ts'

const AGAIN_MS = 1_000
/** Refusals that pass by themselves: the box waits and asks again. */
const PASSING = ['too_many_requests', 'busy', 'unavailable']
const CAN_NOT = 'This browser can not do it on this page. Please try another browser, or the https address.'

export interface ChallengeEvents {
  /** A challenge is there, of this kind. */
  shown(kind: ChallengeKind): void
  /** Solved; without a pass where the sale asks for nothing any more. */
  passed(pass: string | undefined): void
  /** Refused for a reason that lies outside of the challenge: signed out, sold out, ended. The box is closed. */
  refused(refusal: Refusal): void
  now(): number
}

/** The box with the challenge of one sale: asks for it, shows it, sends the answer, and asks again after a wrong one. */
export function challengeBox(saleId: number, on: ChallengeEvents): { open(): void; close(): void } {
  const note = challengeNote()
  const work = challengeWork()
  const form = challengeForm(
    (answer) => void send(answer),
    () => {
      if (!waiting) void load('')
    },
  )
  /** Rises whenever what is on its way is of no interest any more. */
  let turn = 0
  let waiting = false
  let renewal: ReturnType<typeof setTimeout> | undefined

  function begin(): number {
    clearTimeout(renewal)
    note.stop()
    work.stop()
    return ++turn
  }

  function wait(on_: boolean): void {
    waiting = on_
    form.wait(on_)
  }

  async function load(before: string): Promise<void> {
    const mine = begin()
    wait(true)
    note.say(before)
    const answer = await askChallenge(saleId)
    if (mine !== turn) return
    if (answer.kind === 'ok') return show(answer.body, before)
    const passing = answer.kind === 'lost' || PASSING.includes(answer.code)
    if (!passing) return refused(answer)
    const waitMs = (answer.kind === 'refused' && answer.retryAfterMs) || AGAIN_MS
    const why = before || (answer.kind === 'lost' ? 'The shop does not answer.' : 'One moment.')
    note.countDown(performance.now() + waitMs, why, () => void load(before))
  }

  function show(challenge: Challenge, before: string): void {
    wait(false)
    if (challenge.kind === 'none') {
      passed(undefined)
      return
    }
    on.shown(challenge.kind)
    if (challenge.kind === 'pow') {
      form.hide()
      void prove(challenge)
    } else {
      work.hide()
      form.show(challenge)
      note.say(before && `${before} Here is a new one.`)
    }
    renewAfter(challenge.expiresAt - on.now())
  }

  /** A new one when the time is up; a tab that nobody looks at waits until somebody does. */
  function renewAfter(ms: number): void {
    const mine = turn
    renewal = setTimeout(() => {
      if (mine !== turn) return
      if (document.visibilityState === 'visible') void load('The time for that one was up.')
      else
        document.addEventListener(
          'visibilitychange',
          () => {
            if (mine === turn) renewAfter(0)
          },
          { once: true },
        )
    }, ms)
  }

  async function prove({ challenge, tries }: Extract<Challenge, { kind: 'pow' }>): Promise<void> {
    const mine = turn
    const solution = await work.prove({ challenge, tries })
    if (mine !== turn) return
    if (solution) return send({ challenge, solution })
    begin()
    note.say(CAN_NOT)
  }

  async function send(answer: ChallengeAnswer): Promise<void> {
    const mine = begin()
    wait(true)
    const said = await answerChallenge(saleId, answer)
    if (mine !== turn) return
    wait(false)
    if (said.kind === 'ok') return passed(said.body.pass)
    // An answer counts once. Where none came back it may have counted: only a new challenge is sure.
    if (said.kind === 'lost' || said.code === 'unavailable') return load('No answer came back.')
    if (said.code === 'challenge_failed' || said.code === 'invalid_request') return load('That was not it.')
    if (!PASSING.includes(said.code)) return refused(said)
    // Not looked at yet: the same answer may go again.
    wait(true)
    const until = performance.now() + (said.retryAfterMs ?? AGAIN_MS)
    note.countDown(until, 'One moment.', () => void send(answer))
  }

  function passed(pass: string | undefined): void {
    close()
    on.passed(pass)
  }

  function refused(refusal: Refusal): void {
    close()
    on.refused(refusal)
  }

  function close(): void {
    begin()
    wait(false)
    note.say('')
    form.hide()
    work.hide()
  }

  return {
    open() {
      close()
      void load('')
    },
    close,
  }
}
