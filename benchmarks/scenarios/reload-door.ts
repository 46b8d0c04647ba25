import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from '../../platform/root.ts'
import { choosePort } from '../../stack/ports.ts'
import { renderDoor } from '../../stack/render-door.ts'
import type { Stack } from '../../stack/stack.ts'

const WITHIN_MS = 10_000

/**
 * Gives a stack's nginx its configuration anew, for some of the gateways only, with a server beside it that does
 * nothing but `return 200`: the yardstick of the door. Resolves once the new configuration serves.
 * @param inside what that server has, without its `listen`
 * @returns the yardstick's http://host:port
 */
export async function reloadDoor(
  stack: Stack,
  gateways: number[] = stack.ports.gateways,
  inside = "location / {\n    return 200 '{}';\n  }",
): Promise<string> {
  const conf = await renderDoor({
    ...{ root: ROOT, run: stack.dir, bind: '127.0.0.1', workerProcesses: 1, native: true },
    tls: { port: stack.ports.flashTls, ...stack.tls },
    ...{ flashPort: stack.ports.flash, shopPort: stack.ports.shop, opsPort: stack.ports.ops },
    gateways: gateways.map((port) => ({ host: '127.0.0.1', port })),
  })
  const port = await choosePort()
  await appendFile(
    join(conf, '..', 'ops.conf'),
    `\nserver {\n  listen 127.0.0.1:${port} backlog=4096;\n  ${inside}\n}\n`,
  )
  stack.kill('nginx', 'SIGHUP')
  const yardstick = `http://127.0.0.1:${port}`
  const until = Date.now() + WITHIN_MS
  while (
    !(await fetch(yardstick)
      .then(({ ok }) => ok)
      .catch(() => false))
  ) {
    if (Date.now() > until) throw new Error('nginx did not take its new configuration')
    await sleep(20)
  }
  return yardstick
}
