import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { SettingView } from '../../../contract/console/setting.ts'
import type { RecordedSetting } from '../../../contract/settings/kind.ts'
import { call } from '../call.ts'
import { number } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { Relative } from '../parts/when.tsx'
import { useAction } from '../use-action.ts'

/**
 * Changes one setting. What stood here when the form was opened is what the change goes by: has somebody else changed it
 * meanwhile, the other's value is shown, and nothing is set unless it is asked for once more.
 */
export function SettingForm(props: {
  setting: SettingView
  onClose: () => void
  onChanged: () => void
}): JSX.Element {
  const { setting, onClose, onChanged } = props
  const { name, unit, normal, least, most } = setting
  const [value, setValue] = useState(String(setting.value))
  const [reason, setReason] = useState('')
  const [seen, setSeen] = useState(setting.version)
  const [asked, setAsked] = useState('')
  const action = useAction((to: string, version: number) =>
    call<RecordedSetting>('PUT', `/api/settings/${name}`, { value: to, version, reason }),
  )
  const submit = async (to: string, version = seen) => {
    setAsked(to)
    const row = await action.run(to, version)
    if (row === undefined) return
    onChanged()
    onClose()
  }
  const current = action.refused?.code === 'conflict' && (action.refused.body.current as RecordedSetting)
  const form = useRef<HTMLFormElement>(null)
  // Below the edge of a low screen nobody would see that it was refused.
  useEffect(() => {
    if (action.refused) form.current?.scrollIntoView({ block: 'nearest' })
  }, [action.refused])
  const fieldError = action.refused?.field('value')
  const reasonError = action.refused?.field('reason')
  return (
    <form
      ref={form}
      class="setting-form"
      onSubmit={(event) => {
        event.preventDefault()
        void submit(value.trim())
      }}
    >
      <Field
        label={`New value of ${name}`}
        type="number"
        value={value}
        onInput={setValue}
        suffix={unit}
        error={fieldError}
        hint={`${number(least)} to ${number(most)}; normal ${number(normal)}`}
      />
      <Field label="Reason, for the record" value={reason} onInput={setReason} error={reasonError} />
      <div class="setting-buttons">
        <Button type="submit" kind="primary" busy={action.busy}>
          Set
        </Button>
        <Button
          busy={action.busy}
          whyNot={setting.set === null ? 'It is at its normal value.' : undefined}
          onClick={() => void submit('default')}
        >
          Back to normal
        </Button>
        <Button kind="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
      {current && (
        <Notice tone="warn" title={`${current.who} was faster.`}>
          <p>
            It was set to {wordOf(current.after, unit)} <Relative at={Date.parse(current.at)} />
            {current.reason && ` (${current.reason})`}. Yours, {wordOf(asked, unit)}, is not set.
          </p>
          <div class="row">
            <Button
              small
              onClick={() => {
                setSeen(current.version)
                void submit(asked, current.version)
              }}
            >
              Set {wordOf(asked, unit)} all the same
            </Button>
            <Button small kind="quiet" onClick={onClose}>
              Leave it at {wordOf(current.after, unit)}
            </Button>
          </div>
        </Notice>
      )}
      {action.error !== undefined && !current && fieldError === undefined && reasonError === undefined && (
        <Notice tone="bad">{action.error}</Notice>
      )}
    </form>
  )
}

export const wordOf = (value: string, unit: string): string =>
  value === 'default' ? 'normal' : `${/^\d+$/.test(value) ? number(Number(value)) : value} ${unit}`
