import type { Registry } from 'prom-client'
import type { PaymentProvider } from '../contract/payments/provider.ts'
import type { Logger } from '../platform/log.ts'
import type { Pool } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import type { SigningKeys } from '../platform/signing-keys.ts'
import type { Trace } from '../platform/trace.ts'
import type { TypedApp } from '../platform/typed-app.ts'
import type { Challenges } from './challenges/challenges.ts'
import type { GatewayConfig } from './config.ts'
import type { Line } from './line/line.ts'
import type { RedisPulse } from './redis-pulse.ts'
import type { Publisher } from './release/publisher.ts'
import type { ReleaseLoop } from './release/release-loop.ts'
import type { SaleCache } from './sale-cache.ts'
import type { SwitchBoard } from './switches/switch-board.ts'

/** Everything the routes work with. */
export interface Services {
  config: GatewayConfig
  keys: SigningKeys
  redis: Redis
  mysql: Pool
  sales: SaleCache
  line: Line
  challenges: Challenges
  publisher: Publisher
  release: ReleaseLoop
  provider: PaymentProvider
  switches: SwitchBoard
  pulse: RedisPulse
  metrics: Registry
  log: Logger
  trace?: Trace | undefined
}

export type App = TypedApp
