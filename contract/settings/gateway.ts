import { ABSENCE } from '../line/absence.ts'
import { settingsOf } from './kind.ts'

const RELEASE = 'gateway/release/release-loop.ts'
const AUTO = 'gateway/release/auto-release.ts'
const CENTRE = 'gateway/centre.ts'
const OVERLOAD = 'gateway/overload.ts'
const CHALLENGES = 'gateway/challenges/challenges.ts'

/**
 * What a gateway reads while it runs. Not among them: its connections and its name, `SLUICE_CAPTCHA_POOL` (a thread
 * fills a pool of that size), and `SLUICE_DEV_SIGN_IN`.
 */
export const GATEWAY_SETTINGS = settingsOf('gateway', {
  'flight-window': [
    'tickets',
    [4_000, 1, 100_000],
    AUTO,
    'So many tickets are in flight at most under auto release.',
  ],
  'auto-lag-ms': [
    'ms',
    [400, 0, 60_000],
    AUTO,
    'So long a ticket may take from release to row under auto release; 0: not steered, always the most in flight.',
  ],
  'lease-ms': [
    'ms',
    [3_000, 500, 60_000],
    RELEASE,
    'A released batch that RabbitMQ has not confirmed by then is sent again.',
  ],
  'confirm-ms': [
    'ms',
    [2_000, 100, 60_000],
    'gateway/release/publisher.ts',
    'So long a gateway waits for RabbitMQ to confirm a batch.',
  ],
  'share-from': [
    'clicks/s',
    [20_000, 1, 10_000_000],
    CENTRE,
    'So many clicks a second pass for a sale before the admission share falls.',
  ],
  'share-surplus': [
    'clicks/s',
    [5, 1, 1_000],
    CENTRE,
    'So many clicks a second may pass for each free place in the line.',
  ],
  'hot-sale': [
    'calls/s',
    [200, 1, 1_000_000],
    CENTRE,
    'A sale that is asked for so often is hot: every gateway reads it ahead.',
  ],
  'hot-user': [
    'calls/s',
    [20, 1, 1_000_000],
    CENTRE,
    'A buyer who asks so often is hot: he may click more rarely.',
  ],
  'absent-ms': [
    'ms',
    [ABSENCE.absentMs, 1_000, 600_000],
    'gateway/line/patience.ts',
    'A buyer near the head who has not asked for so long is passed over.',
  ],
  'grace-ms': [
    'ms',
    [ABSENCE.graceMs, 1_000, 3_600_000],
    'gateway/line/patience.ts',
    'A place passed over is kept for its buyer for so long.',
  ],
  'far-poll-ms': [
    'ms',
    [ABSENCE.farPollMs, 1_000, 120_000],
    'gateway/write-snapshot.ts',
    'The longest delay between two polls of who waits far from the head.',
  ],
  'busy-delay-ms': [
    'ms',
    [500, 10, 60_000],
    OVERLOAD,
    'With the event loop so late a gateway tells buyers busy.',
  ],
  'busy-requests': [
    'requests',
    [4_000, 1, 1_000_000],
    OVERLOAD,
    'With so many requests under way a gateway tells further ones busy.',
  ],
  'busy-heap-mb': [
    'MB',
    [768, 16, 1_000_000],
    OVERLOAD,
    'With so much heap in use a gateway tells buyers busy.',
  ],
  'busy-rss-mb': [
    'MB',
    [1_280, 64, 1_000_000],
    OVERLOAD,
    'With so much resident memory a gateway tells buyers busy.',
  ],
  'captcha-ttl-s': ['s', [60, 1, 600], CHALLENGES, 'A captcha may be answered for so long.'],
  'quiz-ttl-s': ['s', [60, 1, 600], CHALLENGES, 'A quiz question may be answered for so long.'],
  'proof-ttl-s': ['s', [120, 5, 3_600], CHALLENGES, 'A proof of work may be handed in for so long.'],
  'proof-tries': ['tries', [2_000, 2, 1_000_000], CHALLENGES, 'A proof of work takes so many tries at most.'],
  'pass-ttl-s': ['s', [180, 1, 3_600], CHALLENGES, 'The pass for a solved challenge is good for so long.'],
})
