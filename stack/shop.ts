import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from './find-program.ts'
import { isRunning } from './nginx-pid.ts'
import { answers } from './probe.ts'
import { renderShop, type ShopFront } from './render-shop.ts'
import type { ServerPlan } from './server-plan.ts'

/**
 * A nice value decides how much, not how soon: with two full cores the kernel lets a running clicker finish its slice of
 * some milliseconds first. As a realtime process (its workers inherit that) nginx runs at once; the benchmark
 * `isolation` shows the difference. It asks for little, and the kernel keeps some percent for all others whatever happens.
 * Only root may; else chrt says so in the log, and nginx runs as anybody.
 */
const REALTIME = 'chrt --rr --pid 1 $$; exec "$@"'

/** The shop's own nginx, apart from the door: its configuration rendered anew and checked. Rejects with nginx's words. */
export async function planShop(
  dir: string,
  shop: Pick<ShopFront, 'root' | 'shopPort' | 'flashPort'>,
): Promise<ServerPlan> {
  const conf = await renderShop({ ...shop, run: dir, bind: '127.0.0.1' })
  const command = findProgram('nginx') ?? 'nginx'
  const args = ['-e', join(dir, 'shop', 'error.log'), '-c', conf]
  await promisify(execFile)(command, [...args, '-t'])
  // nginx gives its worker this priority by itself, and to its session only we can.
  const tunables = readFileSync(join(shop.root, 'nginx', 'tunables_shop.conf'), 'utf8')
  const nice = Number(/^worker_priority (-?\d+);/m.exec(tunables)?.[1] ?? 0)
  return {
    name: 'shop',
    role: 'shop',
    command: 'sh',
    args: ['-c', REALTIME, 'sh', command, ...args],
    nice,
    isReady: async () =>
      isRunning(join(dir, 'shop', 'nginx.pid')) &&
      answers(shop.shopPort, 'HTTP/1.1 ', 'GET /no-such-page HTTP/1.0\r\n\r\n'),
    readyWithinMs: 15_000,
    stopWithinMs: 5000,
  }
}
