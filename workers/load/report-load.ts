import { sendReport } from '../../contract/reports.ts'
import type { Logger } from '../../platform/log.ts'
import type { Redis } from '../../platform/redis.ts'
import type { WorkMeter } from './work-meter.ts'

const EVERY_MS = 500

/** Reports what this worker does twice a second, for the centre and the live page. @returns stops it. */
export function startWorkReports(deps: {
  redis: Redis
  name: string
  meter: WorkMeter
  log: Logger
}): () => void {
  const { redis, name, meter, log } = deps
  const began = Date.now()
  let sending = false
  const timer = setInterval(() => {
    // While Redis is away one report waits for it, not one for every half second.
    if (sending) return
    sending = true
    sendReport(redis, 'worker', name, { ...meter.load(), at: Date.now(), began })
      .catch((error) => log.debug({ err: error }, 'load not reported'))
      .finally(() => {
        sending = false
      })
  }, EVERY_MS)
  return () => clearInterval(timer)
}
