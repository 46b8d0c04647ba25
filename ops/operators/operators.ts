import type { ResultSetHeader } from 'mysql2/promise'
import { type OperatorRole, ROLES } from '../../contract/console/session.ts'
import { Problem } from '../../contract/errors.ts'
import { type Db, type Pool, select, transaction } from '../../platform/mysql.ts'
import type { By } from '../actions/by.ts'
import { InputError } from '../actions/input-error.ts'
import { recordAction } from '../actions/record-action.ts'
import { hashPassword } from './password.ts'

export interface Operator {
  name: string
  role: OperatorRole
  /** Rises with whatever ends all sessions of this operator. */
  generation: number
  disabledAt: Date | null
  createdAt: Date
}

export const OPERATOR_NAME = /^[A-Za-z0-9][\w.@-]{0,63}$/
/** Characters; NIST SP 800-63B asks for 15 where a password is all there is. */
const SHORTEST = 12
const LONGEST = 200

interface OperatorRow {
  name: string
  role: OperatorRole
  password: string
  generation: number
  disabled_at: Date | null
  created_at: Date
}

const toOperator = (row: OperatorRow): Operator => ({
  name: row.name,
  role: row.role,
  generation: row.generation,
  disabledAt: row.disabled_at,
  createdAt: row.created_at,
})

/** Throws InputError for a name, role or password that will not do, Problem `conflict` where the name is taken. */
export async function addOperator(
  mysql: Pool,
  { name, role, password }: { name: string; role: OperatorRole; password: string },
  by: By,
): Promise<void> {
  if (!OPERATOR_NAME.test(name)) {
    throw new InputError('NAME must be 1 to 64 letters, digits and . _ @ -, beginning with a letter or digit')
  }
  if (!ROLES.includes(role)) throw new InputError(`--role must be one of ${ROLES.join(', ')}`)
  const hash = await checkAndHash(password)
  await transaction(mysql, async (db) => {
    const [known] = await select(db, 'SELECT name FROM operators WHERE name = ? FOR UPDATE', [name])
    if (known) throw new Problem('conflict', { detail: `there is an operator ${name} already` })
    await db.query('INSERT INTO operators (name, role, password) VALUES (?, ?, ?)', [name, role, hash])
    await recordAction(db, { ...by, action: 'operator.add', target: name, after: { role } })
  })
}

/** Also ends all sessions. Throws InputError, or Problem `conflict` where there is no such operator. */
export async function changePassword(mysql: Pool, name: string, password: string, by: By): Promise<void> {
  const hash = await checkAndHash(password)
  await change(mysql, name, 'operator.password', by, 'password = ?', [hash])
}

/** Nobody signs in under this name any more; all sessions end. Throws Problem `conflict`. */
export const disableOperator = (mysql: Pool, name: string, by: By): Promise<void> =>
  change(mysql, name, 'operator.disable', by, 'disabled_at = UTC_TIMESTAMP(3)', [])

/** Ends all sessions of an operator. */
export async function endSessions(mysql: Pool, name: string): Promise<void> {
  await mysql.query('UPDATE operators SET generation = generation + 1 WHERE name = ?', [name])
}

export const listOperators = async (db: Db): Promise<Operator[]> =>
  (await select<OperatorRow>(db, 'SELECT * FROM operators ORDER BY name')).map(toOperator)

/** With the password's hash; undefined where there is none of this name. */
export async function readOperator(db: Db, name: string): Promise<(Operator & { hash: string }) | undefined> {
  const [row] = await select<OperatorRow>(db, 'SELECT * FROM operators WHERE name = ?', [name])
  return row && { ...toOperator(row), hash: row.password }
}

const change = (
  mysql: Pool,
  name: string,
  action: string,
  by: By,
  what: string,
  values: unknown[],
): Promise<void> =>
  transaction(mysql, async (db) => {
    const [result] = await db.query<ResultSetHeader>(
      `UPDATE operators SET generation = generation + 1, ${what} WHERE name = ?`,
      [...values, name],
    )
    if (result.affectedRows === 0) throw new Problem('conflict', { detail: `there is no operator ${name}` })
    await recordAction(db, { ...by, action, target: name })
  })

async function checkAndHash(password: string): Promise<string> {
  const length = [...password].length
  if (length < SHORTEST || length > LONGEST) {
    throw new InputError(`the password must have ${SHORTEST} to ${LONGEST} characters`)
  }
  return hashPassword(password)
}
