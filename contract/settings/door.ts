import { settingsOf } from './kind.ts'

const EDGE = 'lua/edge/'

/**
 * What the door reads while it runs: Lua numbers of nginx/tunables.conf; `lua/edge/live_tunables.lua` has the same list.
 * Not among them, so they want an edit and `nginx -s reload`: nginx's own directives (sizes of shared dicts, timeouts,
 * buffers, TLS, lists of addresses); `verified_tokens` and `verified_tickets`, sizes that are taken at the start;
 * `connections_per_worker`, which hangs on nginx's `worker_connections`; `snapshot_pull_ms` and `snapshot_timeout_ms`,
 * the way by which settings come.
 */
export const DOOR_SETTINGS = settingsOf('door', {
  'buy-interval-ms': [
    'ms',
    [2_000, 1, 600_000],
    `${EDGE}hot_users.lua`,
    'One buyer may click "buy" once in this time, for each sale.',
  ],
  'hot-buy-interval-ms': [
    'ms',
    [10_000, 1, 600_000],
    `${EDGE}hot_users.lua`,
    'A buyer who asks too often may click "buy" once in this time.',
  ],
  'polls-per-second': [
    'calls/s',
    [10, 1, 10_000],
    `${EDGE}poll_limit.lua`,
    'One buyer may ask so often for tickets and orders.',
  ],
  'address-clicks-per-second': [
    'clicks/s',
    [500, 1, 1_000_000],
    `${EDGE}address_limit.lua`,
    'So many clicks from one address go on to gateways.',
  ],
  'clicks-per-second': [
    'clicks/s',
    [50_000, 1, 10_000_000],
    `${EDGE}door_bucket.lua`,
    'So many clicks in all go on to gateways through one door.',
  ],
  'admitted-for-s': [
    's',
    [86_400, 60, 604_800],
    `${EDGE}admitted.lua`,
    'Who got a ticket may click again for so long, although the line is full.',
  ],
  'repeat-window-s': [
    's',
    [600, 1, 86_400],
    `${EDGE}held.lua`,
    'Who clicks again within this time is given the same ticket by the door.',
  ],
  'line-full-retry-s': ['s', [2, 1, 3_600], `${EDGE}sold_out.lua`, 'Retry-After of line_full.'],
  'paused-retry-s': ['s', [5, 1, 3_600], `${EDGE}window.lua`, 'Retry-After of a paused sale.'],
  'switched-off-retry-s': [
    's',
    [10, 1, 3_600],
    `${EDGE}switches.lua`,
    'Retry-After of what a switch has turned off.',
  ],
  'admission-retry-s': [
    's',
    [2, 1, 3_600],
    `${EDGE}admission.lua`,
    'Retry-After of the buyer nearest to the admission share.',
  ],
  'admission-spread-s': [
    's',
    [6, 1, 3_600],
    `${EDGE}admission.lua`,
    'So much later comes the buyer farthest from it.',
  ],
  'gateway-requests-per-worker': [
    'requests',
    [2_000, 1, 100_000],
    `${EDGE}group_limit.lua`,
    'So many requests of one nginx worker are under way to gateways.',
  ],
  'flash-group-per-second': [
    'requests/s',
    [0, 0, 10_000_000],
    `${EDGE}group_limit.lua`,
    'So many requests pass to gateways that others use too; 0: no limit.',
  ],
  'flash-group-connections': [
    'requests',
    [0, 0, 1_000_000],
    `${EDGE}group_limit.lua`,
    'So many of them are under way at once; 0: no limit.',
  ],
  'balance-bound-percent': [
    '%',
    [125, 100, 1_000],
    `${EDGE}balancer.lua`,
    "A buyer's own gateway takes up to this part of an even share of the load.",
  ],
  'gateway-probe-ms': [
    'ms',
    [500, 100, 10_000],
    `${EDGE}probe.lua`,
    'Pause between two questions to a gateway whether it answers.',
  ],
  'gateway-probe-timeout-ms': [
    'ms',
    [2_000, 100, 30_000],
    `${EDGE}probe.lua`,
    'A gateway that does not answer the question by then is out.',
  ],
  'gateway-timeouts': [
    'requests',
    [3, 1, 1_000],
    `${EDGE}peer_health.lua`,
    'So many requests in a row without an answer in time put a gateway out.',
  ],
  'gateway-out-ms': [
    'ms',
    [2_000, 100, 60_000],
    `${EDGE}peer_health.lua`,
    'After that it is out for so long at least.',
  ],
  'near-tickets': [
    'tickets',
    [50, 1, 100_000],
    `${EDGE}still_waiting.lua`,
    'So many tickets behind the last one released ask a gateway.',
  ],
  'near-ms': [
    'ms',
    [500, 300, 60_000],
    `${EDGE}still_waiting.lua`,
    'And so much more of the fastest release: longer than a snapshot takes to the door.',
  ],
  'blocked-from-score': [
    'score',
    [80, 1, 101],
    `${EDGE}blocked.lua`,
    'From this risk score on a buyer may not click at all.',
  ],
  'risk-strictness': [
    'times',
    [3, 1, 1_000],
    `${EDGE}blocked.lua`,
    'Below it, a buyer with a risk score waits so many times as long between two clicks.',
  ],
  'challenge-lead-s': [
    's',
    [60, 1, 86_400],
    `${EDGE}challenge_window.lua`,
    'A challenge may be solved so long before the sale opens.',
  ],
  'challenges-per-minute': [
    'a minute',
    [10, 1, 10_000],
    `${EDGE}challenge_limit.lua`,
    'One buyer may ask for so many challenges.',
  ],
  'challenge-answers-per-minute': [
    'a minute',
    [10, 1, 10_000],
    `${EDGE}challenge_limit.lua`,
    'One buyer may hand in so many answers.',
  ],
  'challenge-pause-most-s': [
    's',
    [60, 1, 3_600],
    `${EDGE}challenge_limit.lua`,
    'After wrong answers a buyer waits 1, 2, 4, … seconds, at most so many.',
  ],
  'challenge-forget-s': [
    's',
    [600, 1, 86_400],
    `${EDGE}challenge_limit.lua`,
    'Wrong answers are forgotten after so long without a further one.',
  ],
})
