import { type ChannelModel, connect } from 'amqplib'
import { ORDERS_KEY, ORDERS_QUEUE, RELEASE_EXCHANGE } from '../../../contract/topology.ts'
import { OPERATOR, VHOST } from '../../../stack/rabbitmq-definitions.ts'
import type { Stack } from '../../../stack/stack.ts'
import type { Fault } from './fault.ts'

const COPIES = 'faults.copies'

/** Every message that was released is delivered again, some of them twice, in another order. */
export const repeatMessages: Fault = {
  name: 'duplicate messages',
  work: 'flight',
  async prepare({ at }) {
    await asOperator(at.stack, async (broker) => {
      const channel = await broker.createChannel()
      await channel.assertQueue(COPIES, { durable: true })
      await channel.purgeQueue(COPIES)
      await channel.bindQueue(COPIES, RELEASE_EXCHANGE, ORDERS_KEY)
    })
  },
  async strike({ at, random }) {
    return asOperator(at.stack, async (broker) => {
      const channel = await broker.createConfirmChannel()
      const copies: Buffer[] = []
      for (
        let copy = await channel.get(COPIES, { noAck: true });
        copy;
        copy = await channel.get(COPIES, { noAck: true })
      )
        copies.push(copy.content)
      await channel.deleteQueue(COPIES)
      const again = [...copies, ...copies.filter(() => random.next() < 0.5)]
      for (const content of random.shuffle(again))
        channel.sendToQueue(ORDERS_QUEUE, content, { persistent: true, contentType: 'application/json' })
      await channel.waitForConfirms()
      return { from: Date.now(), hit: copies.length > 0 }
    })
  },
}

async function asOperator<T>(
  { ports, secrets }: Stack,
  work: (broker: ChannelModel) => Promise<T>,
): Promise<T> {
  const broker = await connect(`amqp://${OPERATOR}:${secrets.amqpOperator}@127.0.0.1:${ports.amqp}/${VHOST}`)
  try {
    return await work(broker)
  } finally {
    await broker.close()
  }
}
