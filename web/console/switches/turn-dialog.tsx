import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ShownSwitch } from '../../../contract/console/switch.ts'
import { call } from '../call.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Field } from '../parts/field.tsx'
import { useAction } from '../use-action.ts'
import { choicesOf, valueText } from './switch-words.ts'

interface TurnDialogProps {
  one: ShownSwitch
  /** For this sale only; undefined: for all. */
  sale: number | undefined
  /** What to begin with; the value that is set now, by default. */
  wished?: string
  onDone: () => void
  onCancel: () => void
}

/** Asks for a new value and why; what somebody else turned meanwhile is said, and nothing is overwritten. */
export function TurnDialog({ one, sale, wished, onDone, onCancel }: TurnDialogProps): JSX.Element {
  const [value, setValue] = useState(wished ?? one.set?.after ?? valueText(one.value))
  const [reason, setReason] = useState('')
  const { name, version } = one
  const turn = useAction(() => call('PUT', '/api/switches', { name, value, version, reason, sale }))
  const choices = choicesOf(one)
  const harsh = ['closed', 'read-only'].includes(name) || (name === 'level' && Number(value) >= 4)
  const unknown = turn.error !== undefined && turn.refused?.field('value') === undefined
  return (
    <Confirm
      title={`Turn ${name}${sale === undefined ? '' : ` for sale ${sale}`}`}
      action="Turn it"
      danger={harsh}
      busy={turn.busy}
      error={unknown ? turn.error : undefined}
      onCancel={onCancel}
      onConfirm={async () => {
        if ((await turn.run()) !== undefined) onDone()
      }}
    >
      <p>
        {one.says}.{' '}
        {sale === undefined &&
          'It counts for all sales, in every gateway and at every door, within a second.'}
      </p>
      <Field
        label="Value"
        value={value}
        onInput={setValue}
        {...(choices ? { options: choices } : {})}
        hint={`${one.allowed}, or default: as if it had never been turned`}
        error={turn.refused?.field('value')}
      />
      <Field
        label="Why"
        value={reason}
        onInput={setReason}
        placeholder="for the record"
        error={turn.refused?.field('reason')}
      />
    </Confirm>
  )
}
