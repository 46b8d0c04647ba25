import { type Answer, call } from './call.ts'
import { find } from './paint-desk.ts'

/**
 * The way out of the line, asked twice because a place can not be had back. `ticket()` is the one to give up;
 * `onAnswer` gets the server's answer to it.
 */
export function leaveButton(
  ticket: () => string | undefined,
  onAnswer: (ticket: string, answer: Answer<void>) => void,
): void {
  const ask = find<HTMLButtonElement>('#leave-ask')
  const sure = find('#leave-sure')
  const yes = find<HTMLButtonElement>('#leave-yes')
  const no = find<HTMLButtonElement>('#leave-no')

  function asking(now: boolean): void {
    sure.hidden = !now
    ask.hidden = now
  }

  ask.addEventListener('click', () => {
    asking(true)
    no.focus()
  })
  no.addEventListener('click', () => {
    asking(false)
    ask.focus()
  })
  yes.addEventListener('click', async () => {
    const leaving = ticket()
    if (leaving === undefined || yes.disabled) return
    yes.disabled = true
    const answer = await call<void>('DELETE', `/api/tickets/${encodeURIComponent(leaving)}`)
    yes.disabled = false
    asking(false)
    onAnswer(leaving, answer)
  })
}
