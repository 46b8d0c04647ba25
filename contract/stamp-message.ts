/**
 * What every message of Sluice says of itself, for whoever looks into a queue: who sent it, when, and what it is
 * (`release.order`, `parked`, `overdue`). Persistent unless said otherwise.
 */
export const stampMessage = (sender: string, type: string) => ({
  ...{ appId: sender, type, timestamp: Math.floor(Date.now() / 1_000) },
  ...{ persistent: true, contentType: 'application/json' },
})
