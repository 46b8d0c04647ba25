import { spreadBlocks } from '../contract/blocks.ts'
import { SALE_CHANGED } from '../contract/keys.ts'
import { createProvider } from '../contract/payments/provider.ts'
import { followSettings } from '../contract/settings/follow-settings.ts'
import { createLog } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import { runUntilStopped } from '../platform/run-until-stopped.ts'
import { readSigningKeys } from '../platform/signing-keys.ts'
import { openTrace } from '../platform/trace.ts'
import { buildApp } from './app.ts'
import { createCentre } from './centre.ts'
import { createChallenges } from './challenges/challenges.ts'
import { type GatewayConfig, readGatewayConfig } from './config.ts'
import { closeConnections, openConnections } from './connections.ts'
import { createLine } from './line/line.ts'
import { createPatience } from './line/patience.ts'
import { createOrderLag } from './load/order-lag.ts'
import { createReleaseCount } from './load/release-count.ts'
import { startLoadReports } from './load/report-load.ts'
import { addAutoMetrics } from './metrics/auto-metrics.ts'
import { addLagMetrics, createReleasedCounter } from './metrics/release-metrics.ts'
import { addSaleMetrics } from './metrics/sale-metrics.ts'
import { watchStores } from './metrics/watch-stores.ts'
import { watchRedis } from './redis-pulse.ts'
import { windowLimits } from './release/auto-release.ts'
import { createPublisher } from './release/publisher.ts'
import { startReleaseLoop } from './release/release-loop.ts'
import { createSaleCache } from './sale-cache.ts'
import { createSwitchBoard } from './switches/switch-board.ts'
import { startSnapshots } from './write-snapshot.ts'

const LIVE_SALES_MS = 1_000

/** Starts a gateway; resolves with the function that stops it, once it listens. */
async function start(config: GatewayConfig): Promise<() => Promise<void>> {
  const keys = readSigningKeys(config)
  const log = createLog(config.SLUICE_NAME, config.SLUICE_LOG_LEVEL)
  const connections = await openConnections(config, log)
  const { redis, subscriber, mysql } = connections
  const metrics = createMetrics(config.SLUICE_NAME)
  const stopSettings = await followSettings('gateway', config, {
    ...{ redis, subscriber, mysql, metrics, name: config.SLUICE_NAME, log },
  })
  const trace = await openTrace(config.SLUICE_OTEL_URL, {
    ...{ percent: config.SLUICE_OTEL_PERCENT, service: 'sluice-gateway', name: config.SLUICE_NAME, log },
  })
  const publisher = await createPublisher(config.SLUICE_AMQP_URL, {
    name: config.SLUICE_NAME,
    live: config,
    log,
    trace,
  })
  const switches = await createSwitchBoard({ redis, subscriber, mysql, log })
  const sales = createSaleCache(mysql, subscriber, log, switches)
  await subscriber.subscribe(SALE_CHANGED)
  await sales.refresh()
  const challenges = createChallenges({ config, keys, switches, redis, mysql, metrics, log })
  const refreshing = setInterval(() => {
    sales.warm(switches.hotSales())
    sales.refresh().catch((error) => log.warn({ err: error }, 'live sales not read'))
    challenges.warm(sales.live())
  }, LIVE_SALES_MS)
  const countReleased = createReleasedCounter(metrics, sales.live)
  const releases = createReleaseCount()
  const patience = createPatience(config)
  const line = createLine(redis, mysql, patience, log)
  const release = startReleaseLoop({
    redis,
    publisher,
    liveSales: sales.live,
    load: line.load,
    live: config,
    absence: patience,
    onReleased: ({ message }) => {
      countReleased(message)
      releases.note(message)
    },
    log,
  })
  const orderLag = createOrderLag()
  addLagMetrics(metrics, orderLag)
  addSaleMetrics(metrics, redis, sales.live)
  addAutoMetrics(metrics, redis)
  const stopWatching = watchStores({ metrics, redis, mysql, rabbitmqReady: publisher.ready })
  const centre = createCentre({
    ...{ redis, mysql, switches, log, name: config.SLUICE_NAME },
    limits: () => ({
      ...{ from: config.SLUICE_SHARE_FROM, surplus: config.SLUICE_SHARE_SURPLUS },
      ...{ salePerS: config.SLUICE_HOT_SALE, userPerS: config.SLUICE_HOT_USER },
    }),
    autoRelease: () => windowLimits(config),
  })
  const stopSnapshots = startSnapshots({
    ...{ redis, shownSales: sales.shown, name: config.SLUICE_NAME, centre, orderLag, log },
    live: config,
    spreadBlocks: () => spreadBlocks(mysql, redis),
  })
  const provider = createProvider(config.SLUICE_PAYMENT_URL, config.SLUICE_PAYMENT_KEY, metrics)
  const pulse = watchRedis(redis)
  const app = buildApp({
    config,
    keys,
    redis,
    mysql,
    sales,
    line,
    challenges,
    publisher,
    release,
    provider,
    switches,
    pulse,
    metrics,
    log,
    trace,
  })
  const stopReports = startLoadReports({
    ...{ redis, name: config.SLUICE_NAME, server: app.server, queued: publisher.queued, orderLag, log },
    released: () => releases.of(sales.live()),
    paysAt: config.SLUICE_PAYMENT_URL,
  })
  await app.listen({ host: config.SLUICE_HOST, port: config.SLUICE_PORT, backlog: 4_096 })

  return async () => {
    await app.close()
    line.close()
    pulse.stop()
    clearInterval(refreshing)
    stopSnapshots()
    stopReports()
    stopWatching()
    switches.stop()
    stopSettings()
    await release.stop()
    await publisher.close()
    await trace?.close()
    await provider.close()
    await challenges.close()
    await closeConnections(connections)
  }
}

await runUntilStopped('gateway', () => start(readGatewayConfig(process.env)))
