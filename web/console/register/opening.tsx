import type { JSX } from 'preact'
import { zone } from '../format.ts'
import { Field } from '../parts/field.tsx'
import { Relative, When } from '../parts/when.tsx'
import { closesOf, opensOf } from './draft.ts'
import type { Group } from './group.ts'

const ZONES = [...new Set([zone(), 'UTC', ...Intl.supportedValuesOf('timeZone')])].map(
  (name) => [name, name] as const,
)

/** When it opens and closes. */
export function Opening({ draft, set, wrong }: Group): JSX.Element {
  const [opens, closes] = [opensOf(draft), closesOf(draft)]
  return (
    <div class="fields">
      <div class="wide-field">
        <Field
          label="Time zone of these times"
          value={draft.zone}
          onInput={(name) => set({ zone: name })}
          options={ZONES}
        />
      </div>
      <Field
        label="Opens"
        type="datetime-local"
        value={draft.opens}
        onInput={(text) => set({ opens: text })}
        error={wrong('opensAt')}
        hint={opens !== undefined && <Moment at={opens} />}
        required
      />
      <Field
        label="Closes"
        type="datetime-local"
        value={draft.closes}
        onInput={(text) => set({ closes: text })}
        error={wrong('closesAt')}
        hint={closes !== undefined && <Moment at={closes} />}
        required
      />
    </div>
  )
}

/** The same moment on the operator's own clock, in UTC, and from now. */
const Moment = ({ at }: { at: number }): JSX.Element => (
  <>
    <When at={at} seconds /> · <Relative at={at} />
  </>
)
