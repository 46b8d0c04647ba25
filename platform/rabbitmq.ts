import { type ChannelModel, connect } from 'amqplib'
import type { Logger } from './log.ts'

/**
 * Keeps one connection to RabbitMQ open for as long as the process lives (amqplib's recovery does the waiting).
 * `setUp` runs at every connection: declare topology, open channels, consume. A channel that closes by itself takes
 * its connection with it, so that nothing is ever half open. `onDown` runs when a connection is gone.
 *
 * @returns closes the connection for good.
 */
export async function keepConnected(
  url: string,
  options: {
    /** Whose connection this is, and what for: how it is called in the management pages. */
    name: string
    purpose: string
    log: Logger
    setUp: (connection: ChannelModel) => Promise<void>
    onDown: () => void
    onBlocked?: (blocked: boolean) => void
  },
): Promise<() => Promise<void>> {
  const { log, purpose } = options
  const address = new URL(url)
  address.searchParams.set('heartbeat', '5')

  const setup = async (connection: ChannelModel): Promise<void> => {
    let closed = false
    connection.on('error', (error) => log.warn({ err: error }, 'rabbitmq connection error'))
    connection.once('close', () => {
      closed = true
      options.onDown()
    })
    await options.setUp(connection)
    // Lost while it was set up: amqplib listens for the end of a connection only after this returns.
    if (closed) throw new Error('rabbitmq closed the connection while it was set up')
  }

  const recovering = await connect(address.href, {
    timeout: 5_000,
    noDelay: true,
    clientProperties: { connection_name: `${options.name}: ${options.purpose}` },
    recovery: { initialDelay: 100, maxDelay: 500, waitForConnect: false, setup },
  })
  recovering.on('connect', () => log.info({ purpose }, 'rabbitmq connected'))
  recovering.on('disconnect', (error) => log.warn({ err: error, purpose }, 'rabbitmq lost'))
  recovering.on('connect-failed', (error) => log.warn({ err: error, purpose }, 'rabbitmq not reachable'))
  recovering.on('error', () => undefined)
  recovering.on('blocked', () => options.onBlocked?.(true))
  recovering.on('unblocked', () => options.onBlocked?.(false))
  return () => recovering.close()
}
