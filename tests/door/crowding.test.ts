import { readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, click, eventually, tokenOf } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor } from './lend-door.ts'
import { openSale } from './sale-cards.ts'

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor()
  await door.publish(openSale(1), openSale(2, { soldOut: true }))
})
afterAll(() => door.stop())

const tuneOverload = async (from: string, to: string) => {
  const file = join(door.root, 'nginx', 'tunables_overload.conf')
  await writeFile(file, (await readFile(file, 'utf8')).replace(from, to))
  await door.reload()
}

/** GET of an old sale, which a gateway answers, from one of this machine's addresses. */
const askFrom = (localAddress: string) =>
  new Promise<{ status: number; type: string; retry: string; text: string }>((resolve, reject) => {
    const asking = { host: '127.0.0.1', port: door.flash, path: '/api/sales/77', agent: false, localAddress }
    request(asking, (incoming) => {
      let text = ''
      incoming.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      incoming.on('end', () => {
        const { 'content-type': type = '', 'retry-after': retry = '' } = incoming.headers
        resolve({ status: incoming.statusCode!, type, retry, text })
      })
    })
      .on('error', reject)
      .end()
  })

test('one address has so many connections that are served; a further one is told so, another address is not', async () => {
  await tuneOverload('limit_conn addresses 1000', 'limit_conn addresses 3')
  const [gateway] = door.gateways
  Object.assign(gateway!, { holds: true, arrived: [] })
  const held = [1, 2, 3].map(() => askFrom('127.0.0.2'))
  await eventually(async () => gateway!.arrived.length === 3)
  const refused = await askFrom('127.0.0.2')
  expect([refused.status, refused.type, refused.retry]).toEqual([429, 'application/problem+json', '1'])
  expect(JSON.parse(refused.text).code).toBe('too_many_requests')
  gateway!.release()
  expect((await askFrom('127.0.0.3')).status).toBe(202)
  for (const { status } of await Promise.all(held)) expect(status).toBe(202)
  expect((await askFrom('127.0.0.2')).status).toBe(202)
  await tuneOverload('limit_conn addresses 3', 'limit_conn addresses 1000')
})

test('with too many clients connected, those who would go on to a gateway are told busy; refusals stay what they are', async () => {
  await door.tune((conf) => conf.replace('connections_per_worker = 12000', 'connections_per_worker = 10'))
  await door.reload()
  const idle: Socket[] = []
  for (let n = 0; n < 24; n++) idle.push(connect(door.flash, '127.0.0.1'))
  let token = ''
  await eventually(async () => {
    token = await tokenOf(`crowded-${Math.random()}`, JWT_SECRET)
    const answer = await click(door.flash, 1, token)
    return answer.json.code === 'busy' && answer.status === 503 && answer.headers['retry-after'] === '1'
  })
  expect((await click(door.flash, 2)).json.code).toBe('sold_out')
  expect((await call(door.flash, 'GET', '/api/sales')).status).toBe(200)
  for (const socket of idle) socket.destroy()
  // The click was given back: no waiting for the buyer's own limit.
  const codes = new Set<string>()
  await eventually(async () => {
    const { status, json } = await click(door.flash, 1, token)
    if (status !== 202) codes.add(json.code)
    return status === 202
  })
  expect([...codes].filter((code) => code !== 'busy')).toEqual([])
})

test('each worker has so many requests under way at the gateways, and tells a further one busy', async () => {
  await door.tune((conf) =>
    conf
      .replace('connections_per_worker = 10,', 'connections_per_worker = 12000,')
      .replace('gateway_requests_per_worker = 2000', 'gateway_requests_per_worker = 2'),
  )
  await door.reload()
  const [gateway] = door.gateways
  Object.assign(gateway!, { holds: true, arrived: [] })
  let told = 0
  const asking = Array.from({ length: 30 }, () => askFrom('127.0.0.1').finally(() => told++))
  await eventually(async () => told + gateway!.arrived.length === 30)
  gateway!.release()
  const answers = await Promise.all(asking)
  expect(gateway!.arrived.length).toBeLessThanOrEqual(4)
  const codes = answers.map(({ status, text }) => (status === 202 ? '202' : JSON.parse(text).code))
  expect(new Set(codes)).toEqual(new Set(['202', 'busy']))
})
