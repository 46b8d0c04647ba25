import type { JSX } from 'preact'
import type { SettingView } from '../../../contract/console/setting.ts'
import { number } from '../format.ts'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { Relative } from '../parts/when.tsx'
import { useMayChange } from '../session.ts'
import { SettingForm } from './setting-form.tsx'

const COLUMNS = 7

/** Its name within its room. */
const shortName = ({ name, room }: SettingView): string => name.slice(room.length + 1)

/** A setting, and below it, where it is open, the form that changes it. */
export function SettingRow(props: {
  setting: SettingView
  open: boolean
  onOpen: (open: boolean) => void
  onHistory: () => void
  onChanged: () => void
}): JSX.Element {
  const { setting, open, onOpen, onHistory, onChanged } = props
  const mayChange = useMayChange()
  const { name, says, unit, value, set, normal, least, most } = setting
  return (
    <>
      <tr class={set === null ? '' : 'changed'}>
        <th scope="row" class="setting-name">
          <code>{shortName(setting)}</code>
          <span class="says">{says}</span>
        </th>
        <td class="numeric">
          <strong>{number(value)}</strong> <span class="unit">{unit}</span>
        </td>
        <td class="numeric soft">{number(normal)}</td>
        <td class="numeric soft">
          {number(least)} – {number(most)}
        </td>
        <td>
          <InForce of={setting} />
        </td>
        <td class="last-change">
          <LastChange of={setting} />
        </td>
        <td class="row-actions">
          {mayChange && (
            <Button small label={`${open ? 'Close' : 'Change'} ${name}`} onClick={() => onOpen(!open)}>
              {open ? 'Close' : 'Change'}
            </Button>
          )}
          <Button kind="quiet" small label={`History of ${name}`} onClick={onHistory}>
            History
          </Button>
        </td>
      </tr>
      {open && (
        <tr class="setting-edit">
          <td colSpan={COLUMNS}>
            <SettingForm setting={setting} onClose={() => onOpen(false)} onChanged={onChanged} />
          </td>
        </tr>
      )}
    </>
  )
}

function InForce({ of: { inForce, room } }: { of: SettingView }): JSX.Element {
  const { at, of, behind } = inForce
  if (of === 0) return <Badge tone="warn">no {room} reports</Badge>
  const all = at === of
  return (
    <span title={all ? undefined : `Not yet: ${behind.join(', ')}`}>
      <Badge tone={all ? 'good' : 'warn'}>
        {at} of {of}
      </Badge>
      {!all && <span class="behind">not yet: {behind.join(', ')}</span>}
    </span>
  )
}

function LastChange({ of: { who, at, reason } }: { of: SettingView }): JSX.Element {
  if (who === null || at === null) return <span class="soft">never</span>
  return (
    <>
      {who}, <Relative at={Date.parse(at)} />
      {reason !== null && reason !== '' && <span class="says">{reason}</span>}
    </>
  )
}
