import type { RehearsalJob, RehearsalReport, SaleRehearsals } from '../../contract/console/rehearsal.ts'
import { Problem } from '../../contract/errors.ts'
import type { Logger } from '../../platform/log.ts'
import { select } from '../../platform/mysql.ts'
import type { TokenKey } from '../../platform/signing-keys.ts'
import type { By } from '../actions/by.ts'
import type { RehearsalStores } from './check-surroundings.ts'
import { rehearse } from './rehearse.ts'

export interface Rehearsals {
  /** Throws Problem `conflict` while one runs. */
  start: (sale: number, size: { buyers: number; seconds: number }, by: By) => RehearsalJob
  /** Ends the one that runs of this sale; throws Problem `conflict` where there is none. */
  cancel: (sale: number) => RehearsalJob
  /** The job of this sale, where this console started it, and the reports of all that ended, the newest first. */
  read: (sale: number) => Promise<SaleRehearsals>
  /** Ends what runs, and waits for it. */
  stop: () => Promise<void>
}

const MOST_REPORTS = 3

export function createRehearsals(
  stores: RehearsalStores,
  token: TokenKey | undefined,
  log: Logger,
): Rehearsals {
  let job: RehearsalJob | undefined
  let cancelling = new AbortController()
  let running: Promise<void> = Promise.resolve()

  return {
    start(sale, { buyers, seconds }, by) {
      if (token === undefined) {
        throw new Problem('conflict', {
          detail: 'the console can not sign for simulated buyers: SLUICE_JWT_SECRET is not set here',
        })
      }
      if (job?.state === 'running') {
        throw new Problem('conflict', { detail: `sale ${job.sale} is being rehearsed: wait, or cancel it` })
      }
      const startedAt = new Date().toISOString()
      const own: RehearsalJob = { sale, state: 'running', startedAt, buyers, seconds, progress: [] }
      cancelling = new AbortController()
      const { signal } = cancelling
      const onProgress = (says: string) => void own.progress.push(says)
      job = own
      running = rehearse(stores, sale, { buyers, seconds, token, signal, onProgress }, by).then(
        () => {
          own.state = signal.aborted ? 'cancelled' : 'done'
        },
        (error: Error) => {
          log.warn({ err: error, sale }, 'rehearsal failed')
          Object.assign(own, { state: 'failed', error: error.message })
        },
      )
      return own
    },
    cancel(sale) {
      if (job?.state !== 'running' || job.sale !== sale) {
        throw new Problem('conflict', { detail: `no rehearsal of sale ${sale} runs here` })
      }
      job.progress.push('is cancelled; the shadow sale is closed')
      cancelling.abort()
      return job
    },
    async read(sale) {
      const rows = await select<{ after: string }>(
        stores.mysql,
        `SELECT value_after AS after FROM actions WHERE sale_id = ? AND action = 'sale.rehearse'
         ORDER BY id DESC LIMIT ${MOST_REPORTS}`,
        [sale],
      )
      const reports = rows.map(({ after }) => JSON.parse(after) as RehearsalReport)
      return { job: job?.sale === sale ? job : null, reports }
    },
    async stop() {
      cancelling.abort()
      await running
    },
  }
}
