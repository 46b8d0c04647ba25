import { setTimeout as sleep } from 'node:timers/promises'
import type { Channel, ConsumeMessage } from 'amqplib'
import type { Logger } from '../../platform/log.ts'
import { connectMysql, isDataError } from '../../platform/mysql.ts'
import { keepConnected } from '../../platform/rabbitmq.ts'
import type { Conduct } from '../behaviour.ts'
import { keepOrder, OtherOrder } from './keep-order.ts'
import { readOrder, type TellsOf } from './read-order.ts'

/** The queue that Sluice fills and a shop's order system consumes. What the shop refuses for good goes to be parked. */
const QUEUE = 'sluice.shop.orders'
const AT_ONCE = 50

/**
 * Stands for the shop's order system: takes what Sluice tells of paid orders, keeps each once, and acks after the commit.
 * A message that makes no sense is refused for good. As `conduct` wants it is slow, refuses, or dies before the ack.
 * @returns stops it.
 */
export async function startShop(
  { amqp, mysql: mysqlUrl, name }: { amqp: string; mysql: string; name: string },
  conduct: Conduct,
  log: Logger,
): Promise<() => Promise<void>> {
  const mysql = connectMysql(mysqlUrl, { connections: 4 })
  let channel: Channel | undefined

  const read = (raw: ConsumeMessage): TellsOf | undefined => {
    try {
      return readOrder(raw.properties.messageId, raw.content)
    } catch (error) {
      log.warn({ err: error }, 'order refused')
      return undefined
    }
  }

  const receive = async (from: Channel, raw: ConsumeMessage): Promise<void> => {
    const { shopDelayMs, shopRefuse, shopCrash } = conduct.read()
    const id = String(raw.properties.messageId)
    // By delivery, so that what it does to a message once it does not do for ever.
    const about = `${id} ${raw.properties.headers?.['x-delivery-count'] ?? 0}`
    if (shopDelayMs > 0) await sleep(shopDelayMs, undefined, { ref: false })
    if (conduct.roll('shop-refuse', about) < shopRefuse) return from.nack(raw)
    const order = read(raw)
    if (!order) return from.nack(raw, false, false)
    while (from === channel) {
      try {
        await keepOrder(mysql, order)
        break
      } catch (error) {
        const forGood = error instanceof OtherOrder || isDataError(error)
        log.warn({ err: error, message: id }, forGood ? 'order refused' : 'order not kept, trying again')
        if (forGood) return from === channel ? from.nack(raw, false, false) : undefined
        await sleep(200)
      }
    }
    if (conduct.roll('shop-crash', about) < shopCrash) process.kill(process.pid, 'SIGKILL')
    if (from === channel) from.ack(raw)
  }

  const close = await keepConnected(amqp, {
    name,
    purpose: "the shop's order system",
    log,
    onDown: () => {
      channel = undefined
    },
    setUp: async (connection) => {
      const opened = await connection.createChannel()
      opened.on('error', (error) => log.warn({ err: error }, 'channel of the shop failed'))
      opened.once('close', () => connection.close().catch(() => undefined))
      await opened.prefetch(AT_ONCE)
      channel = opened
      await opened.consume(QUEUE, (raw) => {
        if (raw) void receive(opened, raw)
        else connection.close().catch(() => undefined)
      })
    },
  })
  return async () => {
    await close()
    await mysql.end()
  }
}
