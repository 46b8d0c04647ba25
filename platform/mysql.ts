import { setTimeout as sleep } from 'node:timers/promises'
import { createPool, type Pool, type PoolConnection, type RowDataPacket } from 'mysql2/promise'

export type { Pool, PoolConnection }

/** Either the pool or one of its connections: whatever can run a statement. */
export type Db = Pick<PoolConnection, 'query' | 'execute'>

/**
 * A pool of MySQL connections. Sessions run in UTC and in strict mode, read what is committed, and wait at most 10 s for a
 * row lock.
 * @param url mysql://user:password@host:port/database
 */
export function connectMysql(url: string, options: { connections: number }): Pool {
  const pool = createPool({
    uri: url,
    connectionLimit: options.connections,
    maxIdle: options.connections,
    timezone: 'Z',
    supportBigNumbers: true,
    connectTimeout: 5_000,
    enableKeepAlive: true,
    charset: 'utf8mb4',
  })
  pool.on('connection', (connection) => {
    // Every decision is made under row locks, so no transaction needs a snapshot. Under REPEATABLE READ a locking read that
    // finds no row locks the gap that it would be in, and buyers who open their payments at once deadlock on it.
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')
    // A process that freezes in the middle of a transaction must not keep the row locks of a sale: the server ends such
    // a session after some seconds (MariaDB by its idle transaction, MySQL 8 by its idle session).
    connection.query(
      `SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 10
       /*M!100300 , idle_transaction_timeout = 5 */ /*!80000 , wait_timeout = 10 */,
       sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
    )
  })
  return pool
}

/** The rows of a SELECT. */
export async function select<T>(db: Db, sql: string, values: unknown[] = []): Promise<T[]> {
  const [rows] = await db.query<RowDataPacket[]>(sql, values)
  return rows as T[]
}

/**
 * Writes times (ms) as DATETIME(3) in UTC, each different one once: for rows that share theirs. Of a Date mysql2 makes the
 * text anew for every row, which costs it two thirds of the row.
 */
export function dateTimes(): (ms: number) => string {
  const written = new Map<number, string>()
  return (ms) => {
    let text = written.get(ms)
    if (text === undefined) {
      text = new Date(ms).toISOString().slice(0, 23).replace('T', ' ')
      written.set(ms, text)
    }
    return text
  }
}

/** The transaction was chosen to give way to another one: it did nothing, and the same again may succeed at once. */
const isDeadlock = (error: unknown): boolean => (error as { errno?: number }).errno === 1213

const DEADLOCK_TRIES = 5

/**
 * The statement itself is wrong for this data (a value out of range, a broken constraint, …), so trying the same
 * again can not help. Everything else (connection lost, server starting, disk full, read only) may pass.
 */
export const isDataError = (error: unknown): boolean => {
  const { sqlState } = error as { sqlState?: string }
  return sqlState !== undefined && /^(22|23)/.test(sqlState)
}

/**
 * Runs `work` in one transaction on one connection; commits its result or rolls everything back. After a deadlock it is
 * run again, so it may not do anything outside of the transaction that can not be done twice.
 */
export async function transaction<T>(pool: Pool, work: (db: PoolConnection) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await runOnce(pool, work)
    } catch (error) {
      if (!isDeadlock(error) || tries === DEADLOCK_TRIES) throw error
      await sleep(Math.random() * 10 * tries)
    }
  }
}

async function runOnce<T>(pool: Pool, work: (db: PoolConnection) => Promise<T>): Promise<T> {
  const connection = await pool.getConnection()
  try {
    await connection.query('START TRANSACTION')
    const result = await work(connection)
    await connection.query('COMMIT')
    connection.release()
    return result
  } catch (error) {
    // A connection in an unknown state is not given back: closing it rolls back whatever it held.
    await connection.query('ROLLBACK').then(
      () => connection.release(),
      () => connection.destroy(),
    )
    throw error
  }
}
