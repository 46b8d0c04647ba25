import { lookup } from 'node:dns/promises'
import type { DoorUrls } from '../platform/local-stack/record.ts'
import { choosePort } from './ports.ts'
import { AMQP_USER, OPERATOR, VHOST } from './rabbitmq-definitions.ts'
import type { Secrets } from './secrets.ts'

/** Ports of one nginx of the flash domain. */
export interface DoorPorts {
  flash: number
  flashTls: number
  ops: number
}

export interface StackPorts extends DoorPorts {
  shop: number
  mysql: number
  redis: number
  amqp: number
  management: number
  /** RabbitMQ's own numbers, for Prometheus. */
  brokerMetrics: number
  dist: number
  epmd: number
  sandbox: number
  console: number
  gateways: number[]
  workers: number[]
  /** The doors beyond the first. */
  moreDoors: DoorPorts[]
}

/** Where everything is, with the credentials of the local stack. */
export interface StackUrls extends DoorUrls {
  shop: string
  mysql: string
  redis: string
  amqp: string
  management: string
  /** The payment provider's sandbox. */
  payments: string
}

/** Free loopback ports for a whole stack; the preferred ones where they are free. */
export async function choosePorts(
  gateways: number,
  workers: number,
  preferred: Partial<StackPorts> = {},
  doors = 1,
): Promise<StackPorts> {
  const several = async (count: number, first: number[] = []) => {
    const ports: number[] = []
    for (let i = 0; i < count; i++) ports.push(await choosePort(first[i]))
    return ports
  }
  return {
    flash: await choosePort(preferred.flash),
    flashTls: await choosePort(preferred.flashTls),
    shop: await choosePort(preferred.shop),
    ops: await choosePort(preferred.ops),
    mysql: await choosePort(preferred.mysql),
    redis: await choosePort(preferred.redis),
    amqp: await choosePort(preferred.amqp),
    management: await choosePort(preferred.management),
    brokerMetrics: await choosePort(preferred.brokerMetrics),
    dist: await choosePort(preferred.dist),
    epmd: await choosePort(preferred.epmd),
    sandbox: await choosePort(preferred.sandbox),
    console: await choosePort(preferred.console),
    gateways: await several(gateways, preferred.gateways),
    workers: await several(workers, preferred.workers),
    moreDoors: await further(doors - 1),
  }
}

async function further(doors: number): Promise<DoorPorts[]> {
  const ports: DoorPorts[] = []
  for (let i = 0; i < doors; i++) {
    ports.push({ flash: await choosePort(), flashTls: await choosePort(), ops: await choosePort() })
  }
  return ports
}

/** Every port of a stack, one after the other. */
export const allPorts = (ports: StackPorts): number[] =>
  Object.values(ports)
    .flat()
    .flatMap((one: number | DoorPorts) => (typeof one === 'number' ? one : Object.values(one)))

export async function doorUrlsOf(ports: DoorPorts): Promise<DoorUrls> {
  const [flash, ops] = [await hostFor('flash.localhost'), await hostFor('ops.localhost')]
  return {
    flash: `http://${flash}:${ports.flash}`,
    flashTls: `https://${flash}:${ports.flashTls}`,
    ops: `http://${ops}:${ports.ops}`,
  }
}

export async function urlsOf(ports: StackPorts, secrets: Secrets): Promise<StackUrls> {
  return {
    ...(await doorUrlsOf(ports)),
    shop: `http://${await hostFor('shop.localhost')}:${ports.shop}`,
    mysql: `mysql://sluice:${secrets.mysql}@127.0.0.1:${ports.mysql}/sluice`,
    redis: `redis://:${secrets.redis}@127.0.0.1:${ports.redis}/0`,
    amqp: `amqp://${AMQP_USER}:${secrets.amqp}@127.0.0.1:${ports.amqp}/${VHOST}`,
    management: `http://${OPERATOR}:${secrets.amqpOperator}@127.0.0.1:${ports.management}`,
    payments: `http://${await hostFor('pay.localhost')}:${ports.sandbox}`,
  }
}

/** The friendly name where this machine resolves it to the loopback address that nginx listens on. */
async function hostFor(name: string): Promise<string> {
  try {
    const found = await lookup(name, { all: true })
    return found.some(({ address }) => address === '127.0.0.1') ? name : '127.0.0.1'
  } catch {
    return '127.0.0.1'
  }
}
