import { fetchCentre } from '../../contract/centre.ts'
import type { ShownSwitch, ShownSwitches } from '../../contract/console/switch.ts'
import { latestChanges, type RecordedChange, readSwitches } from '../../contract/switch-changes.ts'
import {
  LEVELS,
  SWITCH_NAMES,
  SWITCHES,
  type SwitchName,
  type SwitchState,
  valuesOf,
  valueText,
} from '../../contract/switches.ts'
import type { SaleStores } from '../sales/sale-stores.ts'

/** Every switch with the value in force, for all sales or for one. */
export async function listSwitches(
  { mysql, redis }: Pick<SaleStores, 'mysql' | 'redis'>,
  sale: number | undefined,
): Promise<ShownSwitches> {
  const autoLevel = await fetchCentre(redis).then(
    ({ level }) => level.level,
    () => 0,
  )
  const [state, latest] = await Promise.all([readSwitches(mysql), latestChanges(mysql, sale)])
  const values = valuesOf(state, autoLevel, sale)
  const switches = SWITCH_NAMES.map((name): ShownSwitch => {
    const change = latest.find((one) => one.name === name)
    return {
      ...{ name, value: values[name], from: sourceOf(state, values.level, name, sale) },
      allowed: SWITCHES[name].allowed,
      perSale: SWITCHES[name].perSale,
      says: SWITCHES[name].says,
      version: change?.version ?? 0,
      ...(change && { set: { ...said(change), at: change.at.toISOString() } }),
    }
  })
  const levels = LEVELS.map(({ name, values }, level) => ({
    ...{ level, name },
    values: Object.fromEntries(Object.entries(values).map(([one, value]) => [one, valueText(value)])),
  }))
  return { version: state.version, level: values.level, autoLevel, levels, switches, sales: state.sales }
}

const said = ({ before, after, who, reason }: RecordedChange) => ({ before, after, who, reason })

function sourceOf(state: SwitchState, level: number, name: SwitchName, sale: number | undefined): string {
  if (sale !== undefined && state.sales[sale]?.[name] !== undefined) return 'this sale'
  if (name === 'level' && level !== (state.all.level ?? 0)) return 'load'
  if (state.all[name] !== undefined) return 'set'
  return name in LEVELS[level]!.values ? `level ${level}` : 'normal'
}
