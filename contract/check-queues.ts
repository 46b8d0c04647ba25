import { connect } from 'amqplib'
import { UnsafeSettings } from '../platform/safe-settings.ts'
import { declareTopology } from './topology.ts'

const PRECONDITION_FAILED = 406

/**
 * Refuses a RabbitMQ whose queues would forget what they took: a classic orders queue, say, or one that drops what it
 * can not deliver. A broker that does not answer is no reason: it is waited for later. Throws {@link UnsafeSettings}.
 */
export async function checkQueues(url: string, name: string): Promise<void> {
  const connection = await connect(url, {
    timeout: 5_000,
    clientProperties: { connection_name: `${name}: checks the queues, at its start` },
  }).catch(() => undefined)
  if (!connection) return
  connection.on('error', () => undefined)
  try {
    const channel = await connection.createChannel()
    channel.on('error', () => undefined)
    await declareTopology(channel)
  } catch (error) {
    const { code, message } = error as Error & { code?: number }
    if (code !== PRECONDITION_FAILED) return
    const found = /PRECONDITION_FAILED - ([^"]*)/.exec(message)?.[1] ?? message
    throw new UnsafeSettings(
      `RabbitMQ is not safe to sell with: ${found}. Its queues must have x-queue-type 'quorum' and the arguments of ` +
        'contract/topology.ts: empty and delete that one, it is declared again at the next start',
      { cause: error },
    )
  } finally {
    await connection.close().catch(() => undefined)
  }
}
