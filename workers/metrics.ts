import { Counter, Histogram, type Registry } from 'prom-client'
import type { Fate } from '../contract/line/reserve.ts'
import { REFUSED_STATES } from '../contract/words.ts'
import { REPAIRS, type Repair } from './reconcile/reconcile.ts'

/** A batch that has its rows, or whose tickets are parked. */
export interface ServedBatch {
  fates: Fate[]
  /** From collected to acknowledged. */
  seconds: number
  parked: number
  /** What each committed transaction took. */
  transactionsMs: number[]
}

export interface WorkerMetrics {
  countBatch(batch: ServedBatch): void
  countRepairs(repair: Repair, count: number): void
}

/** What a worker counts of its batches and repairs. */
export function createWorkerMetrics(register: Registry): WorkerMetrics {
  const registers = [register]
  const tickets = new Counter({
    name: 'sluice_recorded_tickets_total',
    help: 'Tickets with a committed row, by state',
    labelNames: ['state'],
    registers,
  })
  const parked = new Counter({ name: 'sluice_parked_tickets_total', help: 'Tickets put aside', registers })
  const batchTickets = new Histogram({
    name: 'sluice_batch_tickets',
    help: 'Tickets in a recorded batch',
    buckets: [1, 5, 10, 25, 50, 100, 250, 500, 1000],
    registers,
  })
  const batchSeconds = new Histogram({
    name: 'sluice_batch_seconds',
    help: 'Time from a collected batch to its acknowledgement',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })

  const recordSeconds = new Histogram({
    name: 'sluice_record_seconds',
    help: 'Time of a committed transaction in MySQL that records a batch',
    buckets: [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })
  const repairs = new Counter({
    name: 'sluice_repairs_total',
    help: 'Repairs made by reconciliation',
    labelNames: ['repair'],
    registers,
  })

  // From 0: the first one of its kind would not show as an increase.
  for (const repair of REPAIRS) repairs.inc({ repair }, 0)
  for (const state of ['awaiting_payment', ...REFUSED_STATES]) tickets.inc({ state }, 0)

  return {
    countBatch: (batch) => {
      for (const fate of batch.fates) tickets.inc({ state: fate.state })
      parked.inc(batch.parked)
      batchTickets.observe(batch.fates.length)
      batchSeconds.observe(batch.seconds)
      for (const ms of batch.transactionsMs) recordSeconds.observe(ms / 1_000)
    },
    countRepairs: (repair, count) => repairs.inc({ repair }, count),
  }
}
