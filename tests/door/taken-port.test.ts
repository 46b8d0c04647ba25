import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../platform/root.ts'
import { provideCertificate } from '../../stack/certificate.ts'
import { provideKeyFile } from '../../stack/key-file.ts'
import { planNginx } from '../../stack/nginx.ts'
import { choosePort } from '../../stack/ports.ts'
import type { ServerPlan } from '../../stack/server-plan.ts'
import { planShop } from '../../stack/shop.ts'
import { supervise } from '../../stack/supervise.ts'
import { EDGE_KEY, JWT_SECRET, TICKET_SECRET } from './lend-door.ts'

// Somebody else has taken a port since it was chosen, and answers there as nginx would.

type Ports = [number, number]

const planDoor = async (dir: string, [flashPort, opsPort]: Ports): Promise<ServerPlan> =>
  planNginx(dir, {
    ...{ root: ROOT, flashPort, shopPort: await choosePort(), opsPort },
    ...{ workerProcesses: 1, gateways: [{ host: '127.0.0.1', port: await choosePort() }] },
    tls: { port: await choosePort(), ...(await provideCertificate(join(dir, 'tls'))) },
    env: {
      SLUICE_REDIS_URL: `redis://127.0.0.1:${await choosePort()}/0`,
      ...{ SLUICE_JWT_SECRET: JWT_SECRET, SLUICE_TICKET_SECRET: TICKET_SECRET, SLUICE_EDGE_KEY: EDGE_KEY },
      SLUICE_KEY_FILE: provideKeyFile(join(dir, 'keys')),
    },
  })
const planFront = async (dir: string, [shopPort]: Ports): Promise<ServerPlan> =>
  planShop(dir, { root: ROOT, shopPort, flashPort: await choosePort() })

const answerAt = (port: number): Promise<Server> =>
  new Promise((resolve) => {
    const stranger = createServer((_request, response) => response.writeHead(404).end())
    stranger.listen(port, '127.0.0.1', () => resolve(stranger))
  })

test.concurrent.each([
  ['the door', planDoor],
  ['the shop’s front', planFront],
])(
  '%s does not take a stranger on its port for itself, and says that the port is taken',
  async (_, plan) => {
    const dir = await mkdtemp(join(tmpdir(), 'taken-port-'))
    await mkdir(join(dir, 'www'))
    const ports: Ports = [await choosePort(), await choosePort()]
    const strangers = await Promise.all(ports.map(answerAt))
    const nginx = supervise(dir, await plan(dir, ports))
    try {
      await expect(nginx.start()).rejects.toThrow(/Address already in use/)
    } finally {
      await nginx.stop()
      for (const stranger of strangers) stranger.close()
      await rm(dir, { recursive: true, force: true })
    }
  },
  60_000,
)
