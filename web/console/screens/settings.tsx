import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { SettingList } from '../../../contract/console/setting.ts'
import { reasonOf } from '../call.ts'
import { Empty } from '../parts/empty.tsx'
import { Field } from '../parts/field.tsx'
import { Loading } from '../parts/loading.tsx'
import { Notice } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { useLoad } from '../use-load.ts'
import { SettingHistory } from './setting-history.tsx'
import { SettingRow } from './setting-row.tsx'

const EVERY_MS = 2_000

const ROOMS = [
  ['gateway', 'Gateways', 'the line, the release, challenges, overload'],
  ['worker', 'Workers', 'orders, expiry'],
  ['door', 'Doors', 'nginx: limits, polls, health of gateways'],
] as const

/** Every number that may change while all runs: what it is, where it is in force, and the ways to change it. */
export function Settings(): JSX.Element {
  const { data, error, reload } = useLoad<SettingList>('/api/settings', EVERY_MS)
  const [wanted, setWanted] = useState('')
  const [changedOnly, setChangedOnly] = useState(false)
  const [open, setOpen] = useState<string>()
  const [history, setHistory] = useState<string>()
  const words = wanted.trim().toLowerCase()
  const shown = data?.settings.filter(
    ({ name, says, set }) =>
      (!changedOnly || set !== null) && (words === '' || `${name} ${says}`.toLowerCase().includes(words)),
  )
  const set = data?.settings.filter((one) => one.set !== null).length ?? 0
  const shownHistory = data?.settings.find(({ name }) => name === history)
  return (
    <>
      <div class="title-row">
        <h1>Settings</h1>
        <p class="soft">
          {data && (set === 0 ? 'All at their normal values.' : `${set} changed from normal.`)} A change is in
          force within a second, without a restart.
        </p>
      </div>
      <div class="settings-find">
        <Field
          label="Find"
          type="search"
          value={wanted}
          onInput={setWanted}
          placeholder="poll, lease, busy …"
        />
        <label class="tick">
          <input
            type="checkbox"
            checked={changedOnly}
            onChange={(event) => setChangedOnly(event.currentTarget.checked)}
          />
          Changed ones only
        </label>
      </div>
      {data === undefined && error === undefined && <Loading rows={10} label="Loading the settings" />}
      {error !== undefined && (
        <Notice tone="bad" title="The settings could not be loaded." onRetry={reload}>
          {reasonOf(error)}
        </Notice>
      )}
      {shown?.length === 0 && (
        <Empty title={changedOnly && set === 0 ? 'Nothing is changed.' : 'No setting is like that.'}>
          {changedOnly && set === 0
            ? 'Every process goes by what it started with.'
            : 'Look for another word, or for all of them.'}
        </Empty>
      )}
      {ROOMS.map(([room, title, aside]) => {
        const rows = shown?.filter((one) => one.room === room) ?? []
        return (
          rows.length > 0 && (
            <Panel key={room} title={title} aside={aside}>
              <div class="table settings">
                <table>
                  <caption class="unseen">{title}: live settings</caption>
                  <thead>
                    <tr>
                      <th scope="col">Setting</th>
                      <th scope="col" class="numeric">
                        Value
                      </th>
                      <th scope="col" class="numeric">
                        Normal
                      </th>
                      <th scope="col" class="numeric">
                        Allowed
                      </th>
                      <th scope="col">In force at</th>
                      <th scope="col">Last change</th>
                      <th scope="col">
                        <span class="unseen">Actions</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((setting) => (
                      <SettingRow
                        key={setting.name}
                        setting={setting}
                        open={open === setting.name}
                        onOpen={(now) => setOpen(now ? setting.name : undefined)}
                        onHistory={() => setHistory(setting.name)}
                        onChanged={reload}
                      />
                    ))}
                  </tbody>
                </table>
              </div>
            </Panel>
          )
        )
      })}
      {shownHistory && (
        <SettingHistory setting={shownHistory} onClose={() => setHistory(undefined)} onChanged={reload} />
      )}
    </>
  )
}
