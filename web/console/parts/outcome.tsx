import type { JSX } from 'preact'
import type { Action } from '../use-action.ts'

/** What became of a change, right where it was asked: its result, or why it was refused. */
export function Outcome({ of }: { of: Pick<Action<never, unknown>, 'result' | 'error'> }): JSX.Element {
  return (
    <div class="outcome" aria-live="polite">
      {of.error !== undefined && <p class="error">{of.error}</p>}
      {of.result && <p class="done">{of.result}</p>}
    </div>
  )
}
