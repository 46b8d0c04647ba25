import { UNSET } from '../../contract/append-version.ts'
import { readSale } from '../../contract/sales.ts'
import {
  type RecordedChange,
  readSwitches,
  recordChange,
  spreadSwitches,
} from '../../contract/switch-changes.ts'
import { SWITCH_NAMES, SWITCHES, type SwitchName, valueText } from '../../contract/switches.ts'
import { transaction } from '../../platform/mysql.ts'
import type { By } from '../actions/by.ts'
import { InputError } from '../actions/input-error.ts'
import { recordAction } from '../actions/record-action.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { unknownSale } from '../sales/unknown-sale.ts'

/** What is asked for, as text. */
export interface Wish {
  name: string
  value: string | undefined
  /** Absent: for all sales. */
  sale?: number | undefined
  /** The version of this switch that whoever asks has seen; 0: never turned. Undefined: whatever it is now. */
  version?: number | undefined
}

/** Checks a wish; gives the switch and its value in the one form that is recorded. Throws InputError by field. */
export function readWish({ name, value, sale }: Wish): { name: SwitchName; value: string } {
  const kind = SWITCHES[name as SwitchName]
  if (!Object.hasOwn(SWITCHES, name)) {
    throw wrong('name', `there is no switch ${name}; there are ${SWITCH_NAMES.join(', ')}`)
  }
  const allowed = `${kind.allowed}, or ${UNSET}`
  if (value === undefined) throw wrong('value', `name a value for ${name}: ${allowed}`)
  const read = kind.read(value)
  if (value !== UNSET && read === undefined)
    throw wrong('value', `${value} is no value for ${name}: ${allowed}`)
  if (sale !== undefined && !kind.perSale) {
    const perSale = SWITCH_NAMES.filter((one) => SWITCHES[one].perSale)
    throw wrong('sale', `${name} is for all sales; --sale goes with ${perSale.join(', ')}`)
  }
  return { name: name as SwitchName, value: read === undefined ? UNSET : valueText(read) }
}

const wrong = (field: string, message: string) => new InputError(message, [{ field, message }])

/**
 * Turns a switch: MySQL first, which is the record, then Redis and the word to every gateway. Gives the recorded change.
 * Throws InputError, Problem `unknown_sale`, or `conflict` where somebody turned it since `version`, naming who.
 */
export async function turnSwitch(
  { mysql, redis }: Pick<SaleStores, 'mysql' | 'redis'>,
  wish: Wish,
  by: By,
): Promise<RecordedChange> {
  const { name, value } = readWish(wish)
  const { sale, version } = wish
  if (sale !== undefined && !(await readSale(mysql, sale))) throw unknownSale(sale)
  const change = { sale, name, value, who: by.who, reason: by.reason ?? '' }
  const row = await transaction(mysql, async (db) => {
    const recorded = await recordChange(db, change, version)
    await recordAction(db, {
      ...{ ...by, action: 'switch.turn', sale, target: name },
      ...{ before: recorded.before, after: recorded.after },
    })
    return recorded
  })
  await spreadSwitches(redis, await readSwitches(mysql))
  return row
}
