import { type Pool, select } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import { lendStores } from '../lend-stores.ts'
import { run, runJson } from './run-command-line.ts'

/** The words that make a sale. */
export const NEW = ['sale', 'create', '--title', 'Umbrella', '--stock', '7', '--price', '990']

/** The command line over stores of one's own; `own`: another environment than theirs. */
export interface LentCommandLine {
  env: Record<string, string>
  mysql: Pool
  redis: Redis
  run(argv: string[], own?: Record<string, string>): ReturnType<typeof run>
  runJson(argv: string[], own?: Record<string, string>): ReturnType<typeof runJson>
  /** Makes a sale with more options than NEW has; gives its ID. */
  newSale(...more: string[]): Promise<number>
  readRow(sale: number): Promise<Record<string, unknown>>
  stop(): Promise<void>
}

export async function lendCommandLine(): Promise<LentCommandLine> {
  const { urls, ...stores } = await lendStores({ connections: 1 })
  const env: Record<string, string> = { SLUICE_MYSQL_URL: urls.mysql, SLUICE_REDIS_URL: urls.redis }
  return {
    ...stores,
    env,
    run: (argv, own = env) => run(argv, own),
    runJson: (argv, own = env) => runJson(argv, own),
    newSale: async (...more) => (await runJson([...NEW, ...more], env)).value.id,
    async readRow(sale) {
      const [row] = await select<Record<string, unknown>>(stores.mysql, 'SELECT * FROM sales WHERE id = ?', [
        sale,
      ])
      if (!row) throw new Error(`no row of sale ${sale}`)
      return row
    },
  }
}
