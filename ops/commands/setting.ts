import { UNSET } from '../../contract/append-version.ts'
import type { SettingView } from '../../contract/console/setting.ts'
import { listSettingChanges } from '../../contract/settings/changes.ts'
import type { RecordedSetting } from '../../contract/settings/kind.ts'
import { isSetting } from '../../contract/settings.ts'
import { commandLineUser } from '../actions/by.ts'
import { InputError } from '../actions/input-error.ts'
import { changeSetting, rollBackSetting } from '../settings/change-setting.ts'
import { listSettings } from '../settings/list-settings.ts'
import { alignColumns } from '../terminal/align-columns.ts'
import { withStores } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

interface Options {
  reason?: string
  history?: boolean
  rollback?: number
}

const HISTORY = 100

export const addSetting: AddCommand = (parent, { env, print }) => {
  const printHistory = (changes: RecordedSetting[]): void => {
    const rows = changes.map(({ at, name, version, before, after, who, reason }) => [
      ...[at, name, String(version), `${before} -> ${after}`, who, reason],
    ])
    print(changes, alignColumns([['AT', 'SETTING', 'VERSION', 'CHANGE', 'WHO', 'REASON'], ...rows]))
  }
  const printChange = (row: RecordedSetting): void =>
    print(row, `${row.name}: ${row.before} -> ${row.after} (version ${row.version})`)

  parent
    .command('setting')
    .description('list the live settings, or change one: in force everywhere within a second')
    .argument('[name]', 'such as worker.flush-ms')
    .argument('[value]', `its new value; ${UNSET}: what each process started with`)
    .option('--reason <text>', 'why, for the record')
    .option('--history', 'the latest changes, of this setting where one is named')
    .option(
      '--rollback <version>',
      'back to what it was at this version; 0: never changed',
      whole(0, 4_294_967_295),
    )
    .action((name: string | undefined, value: string | undefined, options: Options) => {
      check(name, value, options)
      return withStores(env, async (stores) => {
        if (options.history) return printHistory(await listSettingChanges(stores.mysql, HISTORY, name))
        if (name === undefined) {
          const list = await listSettings(stores)
          return print(list, alignColumns([HEAD, ...list.settings.map(toRow)]))
        }
        const by = { ...commandLineUser(), reason: options.reason }
        if (options.rollback !== undefined) {
          return printChange(await rollBackSetting(stores, { name, version: options.rollback }, by))
        }
        return printChange(await changeSetting(stores, { name, value: value! }, by))
      })
    })
}

const HEAD = ['SETTING', 'VALUE', 'NORMAL', 'ALLOWED', 'UNIT', 'IN FORCE', 'WHO', 'SINCE', 'WHAT IT DOES']

const toRow = (view: SettingView): string[] => [
  ...[view.name, `${view.value}${view.set === null ? '' : ' *'}`, String(view.normal)],
  ...[`${view.least} to ${view.most}`, view.unit, `${view.inForce.at} of ${view.inForce.of}`],
  ...[view.who ?? '', view.at ?? '', view.says],
]

function check(name: string | undefined, value: string | undefined, { history, rollback }: Options): void {
  if (name !== undefined && !isSetting(name))
    throw new InputError(`there is no setting ${name}; \`sluice setting\` lists them`)
  const ways = [value !== undefined, history === true, rollback !== undefined].filter(Boolean).length
  if (ways > 1) throw new InputError('give a value, --history or --rollback, not two of them')
  if (name !== undefined && ways === 0)
    throw new InputError(`name a value for ${name}, ${UNSET}, --history or --rollback VERSION`)
  if (name === undefined && rollback !== undefined) throw new InputError('--rollback goes with a name')
}
