import { userInfo } from 'node:os'
import { UNSET } from '../../contract/append-version.ts'
import { fetchCentre } from '../../contract/centre.ts'
import { readSale } from '../../contract/sales.ts'
import {
  listChanges,
  type RecordedChange,
  readSwitches,
  recordChange,
  spreadSwitches,
} from '../../contract/switch-changes.ts'
import {
  LEVELS,
  SWITCH_NAMES,
  SWITCHES,
  type SwitchName,
  type SwitchState,
  valuesOf,
  valueText,
} from '../../contract/switches.ts'
import { type AddCommand, alignColumns } from '../command.ts'
import { withStores } from '../connections.ts'
import { InputError } from '../sale-input.ts'
import { whole } from '../sale-options.ts'
import { unknownSale } from '../unknown-sale.ts'

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
          const autoLevel = await fetchCentre(redis).then(
            ({ level }) => level.level,
            () => 0,
          )
          printValues(await readSwitches(mysql), autoLevel, options.sale)
        })
        return
      }
      const change = readChange(name, value, options)
      await withStores(env, async ({ mysql, redis }) => {
        if (change.sale !== undefined && !(await readSale(mysql, change.sale))) throw unknownSale(change.sale)
        const row = await recordChange(mysql, change)
        await spreadSwitches(redis, await readSwitches(mysql))
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

  const printValues = (state: SwitchState, autoLevel: number, sale: number | undefined): void => {
    const values = valuesOf(state, autoLevel, sale)
    const switches = SWITCH_NAMES.map((name) => ({
      name,
      value: values[name],
      from: sourceOf(state, values.level, name, sale),
      allowed: SWITCHES[name].allowed,
      perSale: SWITCHES[name].perSale,
      says: SWITCHES[name].says,
    }))
    const rows = switches.map(({ name, value, from, allowed, says }) => [
      ...[name, valueText(value), from, allowed, says],
    ])
    print(
      { version: state.version, level: values.level, autoLevel, switches, sales: state.sales },
      alignColumns([['SWITCH', 'VALUE', 'FROM', 'ALLOWED', 'WHAT IT DOES'], ...rows]),
    )
  }
}

/** What is asked for, checked. Throws InputError that names what is wrong and what is allowed. */
function readChange(name: string, value: string | undefined, { sale, by, reason = '', history }: Options) {
  if (history) throw new InputError('--history goes without a name')
  const kind = SWITCHES[name as SwitchName]
  if (!Object.hasOwn(SWITCHES, name)) {
    throw new InputError(`there is no switch ${name}; there are ${SWITCH_NAMES.join(', ')}`)
  }
  const allowed = `${kind.allowed}, or ${UNSET}`
  if (value === undefined) throw new InputError(`name a value for ${name}: ${allowed}`)
  const read = kind.read(value)
  if (value !== UNSET && read === undefined)
    throw new InputError(`${value} is no value for ${name}: ${allowed}`)
  if (sale !== undefined && !kind.perSale) {
    const perSale = SWITCH_NAMES.filter((one) => SWITCHES[one].perSale)
    throw new InputError(`${name} is for all sales; --sale goes with ${perSale.join(', ')}`)
  }
  const who = by ?? machineUser()
  if (who === '' || who.length > 100) throw new InputError('--by must be 1 to 100 characters')
  if (reason.length > 200) throw new InputError('--reason may have 200 characters')
  return { sale, name: name as SwitchName, value: read === undefined ? UNSET : valueText(read), who, reason }
}

const machineUser = (): string => {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}

function sourceOf(state: SwitchState, level: number, name: SwitchName, sale: number | undefined): string {
  if (sale !== undefined && state.sales[sale]?.[name] !== undefined) return 'this sale'
  if (name === 'level' && level !== (state.all.level ?? 0)) return 'load'
  if (state.all[name] !== undefined) return 'set'
  return name in LEVELS[level]!.values ? `level ${level}` : 'normal'
}
