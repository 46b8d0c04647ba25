import type { JSX } from 'preact'
import { useEffect, useId } from 'preact/hooks'
import type { SettingView } from '../../../contract/console/setting.ts'
import type { RecordedSetting } from '../../../contract/settings/kind.ts'
import { call, reasonOf } from '../call.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Empty } from '../parts/empty.tsx'
import { Loading } from '../parts/loading.tsx'
import { Notice } from '../parts/notice.tsx'
import { Outcome } from '../parts/outcome.tsx'
import { When } from '../parts/when.tsx'
import { useMayChange } from '../session.ts'
import { useAction } from '../use-action.ts'
import { useLoad } from '../use-load.ts'
import { wordOf } from './setting-form.tsx'

/** All that a setting ever was, newest first, in a drawer; each value is one press away. */
export function SettingHistory(props: {
  setting: SettingView
  onClose: () => void
  onChanged: () => void
}): JSX.Element {
  const { setting, onClose, onChanged } = props
  const { name, unit, version } = setting
  const mayChange = useMayChange()
  const id = useId()
  const { data, error, reload } = useLoad<{ changes: RecordedSetting[] }>(`/api/settings/${name}/history`)
  const rollBack = useAction(
    (to: number) =>
      call<RecordedSetting>('POST', `/api/settings/${name}/rollback`, { version: to, seen: version }),
    (row) => `Set to ${wordOf(row.after, unit)}, as version ${row.version}.`,
  )
  // Somebody else may change it while the drawer is open.
  useEffect(reload, [version])
  const back = async (to: number) => {
    await rollBack.run(to)
    onChanged()
    reload()
  }
  const changes = data?.changes
  const newest = changes?.[0]
  const backButton = (to: number, value: string) =>
    mayChange && (
      <Button
        small
        busy={rollBack.busy}
        label={`Back to version ${to}: ${wordOf(value, unit)}`}
        onClick={() => void back(to)}
      >
        Back to this
      </Button>
    )
  return (
    <Dialog class="drawer" titleId={id} onLeave={onClose}>
      <header>
        <h2 id={id}>
          History of <code>{name}</code>
        </h2>
        <Button kind="quiet" small onClick={onClose}>
          Close
        </Button>
      </header>
      <Outcome of={rollBack} />
      {error !== undefined && (
        <Notice tone="bad" title="The history could not be loaded." onRetry={reload}>
          {reasonOf(error)}
        </Notice>
      )}
      {changes === undefined && error === undefined && <Loading rows={4} label="Loading the history" />}
      {changes?.length === 0 && (
        <Empty title="It was never changed.">Every process goes by its start value.</Empty>
      )}
      {changes && changes.length > 0 && (
        <ol class="versions">
          {changes.map((change) => (
            <li key={change.version} class={change === newest ? 'now' : ''}>
              <span class="version">{change.version}</span>
              <span class="what">
                <strong>{wordOf(change.after, unit)}</strong>
                <span class="soft"> from {wordOf(change.before, unit)}</span>
                {change.reason !== '' && <span class="why">{change.reason}</span>}
                <span class="by">
                  {change.who} · <When at={Date.parse(change.at)} seconds />
                </span>
              </span>
              {change === newest || change.after === newest?.after ? (
                <span class="soft">{change === newest ? 'in force' : 'the same'}</span>
              ) : (
                backButton(change.version, change.after)
              )}
            </li>
          ))}
          {changes.at(-1)?.version === 1 && (
            <li>
              <span class="version">0</span>
              <span class="what">
                <strong>normal</strong>
                <span class="by">before anybody changed it</span>
              </span>
              {newest?.after === 'default' ? <span class="soft">the same</span> : backButton(0, 'default')}
            </li>
          )}
        </ol>
      )}
    </Dialog>
  )
}
