import type { JSX } from 'preact'
import { Field } from '../parts/field.tsx'
import type { Group } from './group.ts'

/** How fast the line moves, and who may stand in it. */
export function Pace({ draft, set, wrong }: Group): JSX.Element {
  return (
    <div class="fields">
      <fieldset class="choice wide-field">
        <legend class="unseen">Release</legend>
        {(['fixed', 'auto'] as const).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="release"
              checked={draft.release === one}
              onChange={() => set({ release: one })}
            />
            <span>{one === 'fixed' ? 'fixed rate' : 'auto: as fast as the backends take it'}</span>
          </label>
        ))}
      </fieldset>
      {draft.release === 'fixed' && (
        <>
          <Field
            label="Tickets in a batch"
            type="number"
            value={draft.batch}
            onInput={(batch) => set({ batch })}
            error={wrong('release')}
          />
          <Field
            label="A batch every"
            type="number"
            suffix="ms"
            value={draft.every}
            onInput={(every) => set({ every })}
          />
        </>
      )}
      <Field
        label="Standby"
        value={draft.standby}
        onInput={(standby) => set({ standby })}
        error={wrong('standby')}
        hint="How many may wait beyond the stock, for units that come back: 20% or 40"
      />
      <Field
        label="Challenge before a click"
        value={draft.challenge}
        onInput={(challenge) => set({ challenge })}
        options={[
          ['none', 'None'],
          ['captcha', 'Captcha: letters from a picture'],
          ['quiz', 'Quiz: a question of yours'],
          ['pow', 'Proof of work: the browser reckons a second'],
        ]}
        error={wrong('challenge')}
        hint="Spreads the first clicks over seconds, and makes robots costly."
      />
    </div>
  )
}
