import type { ComponentChildren, JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Field } from './field.tsx'

interface ConfirmProps {
  title: string
  /** What will happen, in plain words. */
  children: ComponentChildren
  /** What the button that does it says. */
  action: string
  onConfirm: () => void
  onCancel: () => void
  /** Has to be typed before the button opens, such as the number of the sale. */
  typed?: string
  typedLabel?: string
  danger?: boolean
  busy?: boolean
  error?: string | undefined
}

/** Asks once more. */
export function Confirm(props: ConfirmProps): JSX.Element {
  const { title, children, action, onConfirm, onCancel, typed, danger = false, busy = false, error } = props
  const id = useId()
  const [text, setText] = useState('')
  const right = typed === undefined || text.trim() === typed
  return (
    <Dialog class="confirm" titleId={id} onLeave={onCancel}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (right && !busy) onConfirm()
        }}
      >
        <h2 id={id}>{title}</h2>
        <div class="confirm-text">{children}</div>
        {typed !== undefined && (
          <Field label={props.typedLabel ?? `Type ${typed} to confirm`} value={text} onInput={setText} />
        )}
        {error !== undefined && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
        <div class="confirm-actions">
          <Button onClick={onCancel}>Cancel</Button>
          <Button
            type="submit"
            kind={danger ? 'danger' : 'primary'}
            busy={busy}
            whyNot={right ? undefined : `Type ${typed} first.`}
          >
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
