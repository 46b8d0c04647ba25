import type { JSX } from 'preact'
import { Field } from '../parts/field.tsx'
import type { Draft } from './draft.ts'
import type { Group } from './group.ts'

/** What a buyer may take, and how long it is his. */
export function Buying({ draft, set, wrong }: Group): JSX.Element {
  return (
    <div class="fields">
      <Field
        label="Units a buyer"
        type="number"
        value={draft.perUser}
        onInput={(perUser) => set({ perUser })}
        error={wrong('perUser')}
      />
      <Field
        label="Time to pay"
        type="number"
        suffix={
          <select
            aria-label="Seconds or minutes"
            value={draft.payUnit}
            onChange={(event) => set({ payUnit: event.currentTarget.value as Draft['payUnit'] })}
          >
            <option value="s">seconds</option>
            <option value="min">minutes</option>
          </select>
        }
        value={draft.payWithin}
        onInput={(payWithin) => set({ payWithin })}
        error={wrong('payWithinS')}
        hint="After it, an unpaid unit goes to the next in line."
      />
      <Field
        label="A unit is taken"
        value={draft.deduct}
        onInput={(deduct) => set({ deduct })}
        options={[
          ['order', 'by the order, and given back if unpaid'],
          ['hold', 'by the order for a short hold, prolonged by paying'],
          ['payment', 'only by the payment'],
        ]}
        error={wrong('deduct')}
      />
      {draft.deduct === 'hold' && (
        <Field
          label="Hold"
          type="number"
          suffix="s"
          value={draft.holdS}
          onInput={(holdS) => set({ holdS })}
          error={wrong('holdS')}
        />
      )}
    </div>
  )
}
