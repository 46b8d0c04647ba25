import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { call } from '../call.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Outcome } from '../parts/outcome.tsx'
import { useAction } from '../use-action.ts'

/** Puts one buyer on the list, or changes the buyer's score and reason. */
export function BlockForm({ onDone }: { onDone: () => void }): JSX.Element {
  const [buyer, setBuyer] = useState('')
  const [score, setScore] = useState('100')
  const [reason, setReason] = useState('')
  const block = useAction(
    () => call<{ buyer: string }>('POST', '/api/blocks', { buyer, score: Number(score), reason }),
    (done) => `${done.buyer} is on the list.`,
  )
  const fields = (name: string) => block.refused?.field(name)
  const known = ['buyer', 'score', 'reason'].some((name) => fields(name) !== undefined)
  return (
    <form
      class="stack"
      onSubmit={async (event) => {
        event.preventDefault()
        if ((await block.run()) === undefined) return
        setBuyer('')
        setReason('')
        onDone()
      }}
    >
      <Field label="Buyer" value={buyer} onInput={setBuyer} error={fields('buyer')} required />
      <Field
        label="Score"
        type="number"
        value={score}
        onInput={setScore}
        error={fields('score')}
        hint="1 to 100; 100 refuses"
      />
      <Field label="Reason" lines={2} value={reason} onInput={setReason} error={fields('reason')} />
      <div class="row">
        <Button type="submit" kind="primary" busy={block.busy}>
          Block
        </Button>
        <Outcome of={known ? { result: undefined, error: undefined } : block} />
      </div>
    </form>
  )
}
