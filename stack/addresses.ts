import { lookup } from 'node:dns/promises'
import { choosePort } from './ports.ts'
import { AMQP_USER, OPERATOR, VHOST } from './rabbitmq-definitions.ts'
import type { Secrets } from './secrets.ts'

export interface StackPorts {
  flash: number
  flashTls: number
  shop: number
  ops: number
  mysql: number
  redis: number
  amqp: number
  management: number
  dist: number
  epmd: number
  sandbox: number
  gateways: number[]
  workers: number[]
}

/** Where everything is, with the credentials of the local stack. */
export interface StackUrls {
  flash: string
  /** The flash domain over TLS. */
  flashTls: string
  ops: string
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
    dist: await choosePort(preferred.dist),
    epmd: await choosePort(preferred.epmd),
    sandbox: await choosePort(preferred.sandbox),
    gateways: await several(gateways, preferred.gateways),
    workers: await several(workers, preferred.workers),
  }
}

export async function urlsOf(ports: StackPorts, secrets: Secrets): Promise<StackUrls> {
  return {
    flash: `http://${await hostFor('flash.localhost')}:${ports.flash}`,
    flashTls: `https://${await hostFor('flash.localhost')}:${ports.flashTls}`,
    ops: `http://${await hostFor('ops.localhost')}:${ports.ops}`,
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
