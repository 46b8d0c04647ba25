import { askTwice } from './ask-twice.ts'
import { type Answer, call } from './call.ts'

/**
 * The way out of the line, asked twice because a place can not be had back. `ticket()` is the one to give up;
 * `onAnswer` gets the server's answer to it.
 */
export function leaveButton(
  ticket: () => string | undefined,
  onAnswer: (ticket: string, answer: Answer<void>) => void,
): void {
  askTwice('leave', async () => {
    const leaving = ticket()
    if (leaving === undefined) return
    onAnswer(leaving, await call<void>('DELETE', `/api/tickets/${encodeURIComponent(leaving)}`))
  })
}
