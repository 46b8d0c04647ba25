import { UNSET } from '../../contract/append-version.ts'
import type { ShownSwitches } from '../../contract/console/switch.ts'
import { listChanges, type RecordedChange } from '../../contract/switch-changes.ts'
import { SWITCH_NAMES, valueText } from '../../contract/switches.ts'
import { commandLineUser } from '../actions/by.ts'
import { InputError } from '../actions/input-error.ts'
import { listSwitches } from '../switches/list-switches.ts'
import { readWish, turnSwitch } from '../switches/turn-switch.ts'
import { alignColumns } from '../terminal/align-columns.ts'
import { withStores } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

interface Options {
  sale?: number
  by?: string
  reason?: string
  history?: boolean
}

const HISTORY = 50

export const addSwitch: AddCommand = (parent, { env, print }) => {
  parent
    .command('switch')
    .description('list the feature switches, or turn one')
    .argument('[name]', SWITCH_NAMES.join(', '))
    .argument('[value]', `its new value; ${UNSET}: as if it had never been set`)
    .option('--sale <id>', 'for this sale only', whole(1, 4_294_967_295))
    .option('--by <who>', 'who turns it; the user of this machine by default')
    .option('--reason <text>', 'why, for the record')
    .option('--history', 'the latest changes instead of the values')
    .action(async (name: string | undefined, value: string | undefined, options: Options) => {
      if (name === undefined) {
        await withStores(env, async ({ mysql, redis }) => {
          if (options.history) return printHistory(await listChanges(mysql, HISTORY))
          printValues(await listSwitches({ mysql, redis }, options.sale))
        })
        return
      }
      const { sale, by = commandLineUser().who, reason, history } = options
      if (history) throw new InputError('--history goes without a name')
      // What is wrong is said before anything is connected.
      readWish({ name, value, sale })
      if (by === '' || by.length > 100) throw new InputError('--by must be 1 to 100 characters')
      if ((reason?.length ?? 0) > 200) throw new InputError('--reason may have 200 characters')
      await withStores(env, async (stores) => {
        const row = await turnSwitch(stores, { name, value, sale }, { who: by, reason })
        const where = row.sale === null ? '' : ` for sale ${row.sale}`
        print(row, `${row.name}${where}: ${row.before} -> ${row.after}`)
      })
    })

  const printHistory = (changes: RecordedChange[]): void => {
    const rows = changes.map((row) => [
      ...[row.at.toISOString(), row.sale === null ? 'all' : String(row.sale), row.name],
      ...[`${row.before} -> ${row.after}`, row.who, row.reason],
    ])
    print(changes, alignColumns([['AT', 'SALE', 'SWITCH', 'CHANGE', 'WHO', 'REASON'], ...rows]))
  }

  const printValues = (found: ShownSwitches): void => {
    const rows = found.switches.map(({ name, value, from, allowed, says }) => [
      ...[name, typeof value === 'boolean' ? valueText(value) : String(value), from, allowed, says],
    ])
    print(found, alignColumns([['SWITCH', 'VALUE', 'FROM', 'ALLOWED', 'WHAT IT DOES'], ...rows]))
  }
}
