import { settingsOf } from './kind.ts'

/** What a worker reads while it runs. Not among them: its connections and its name. */
export const WORKER_SETTINGS = settingsOf('worker', {
  'flush-ms': [
    'ms',
    [100, 1, 10_000],
    'workers/consume.ts',
    'Tickets are collected for so long, then recorded together.',
  ],
  'flush-orders': [
    'tickets',
    [100, 1, 1_000],
    'workers/consume.ts',
    'So many tickets are recorded at once without waiting any longer.',
  ],
  prefetch: [
    'messages',
    [64, 1, 10_000],
    'workers/queues.ts',
    'So many messages of RabbitMQ a worker has in hand.',
  ],
  'sweep-ms': [
    'ms',
    [1_000, 50, 60_000],
    'workers/server.ts',
    'Pause between two looks for orders whose time to pay is over.',
  ],
})
