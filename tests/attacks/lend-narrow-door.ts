import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../platform/root.ts'
import { provideCertificate } from '../../stack/certificate.ts'
import { doorEnv } from '../../stack/local-env.ts'
import { planNginx } from '../../stack/nginx.ts'
import { choosePort, returnPort } from '../../stack/ports.ts'
import { call, eventually } from '../door/call.ts'
import { endProcess } from '../door/end-process.ts'
import type { StackAddress } from '../lend-stack.ts'

export interface NarrowDoor {
  flash: number
  ops: number
  pid: number
  stop: () => Promise<void>
}

/**
 * A second nginx before the same gateways, with other numbers: what takes an attacker minutes, or a million accounts,
 * takes him a moment here. `numbers` edits the tunables files by name, `pages` are files of the static origin.
 */
export async function lendNarrowDoor(
  at: StackAddress,
  numbers: Record<string, (text: string) => string>,
  pages: Record<string, string> = {},
): Promise<NarrowDoor> {
  const dir = await mkdtemp(join(tmpdir(), 'narrow-door-'))
  const root = join(dir, 'checkout')
  for (const room of ['nginx', 'lua']) await cp(join(ROOT, room), join(root, room), { recursive: true })
  for (const [file, change] of Object.entries(numbers)) {
    const path = join(root, 'nginx', file)
    const text = await readFile(path, 'utf8')
    await writeFile(path, change(text))
  }
  const run = join(dir, 'run')
  await mkdir(join(run, 'www', 'assets'), { recursive: true })
  for (const [path, text] of Object.entries(pages)) await writeFile(join(run, 'www', path), text)
  const tls = { port: await choosePort(), ...(await provideCertificate(join(run, 'tls'))) }
  const [flash, shop, ops] = [await choosePort(), await choosePort(), await choosePort()]
  const plan = await planNginx(run, {
    root,
    flashPort: flash,
    shopPort: shop,
    opsPort: ops,
    tls,
    gateways: at.ports.gateways.map((port) => ({ host: '127.0.0.1', port })),
    workerProcesses: 1,
    env: doorEnv(at.env),
  })
  const nginx = spawn(plan.command, plan.args, { env: { ...process.env, ...plan.env }, stdio: 'ignore' })
  const stop = async () => {
    await endProcess(nginx, 'SIGTERM')
    for (const port of [flash, shop, ops, tls.port]) returnPort(port)
    await rm(dir, { recursive: true, force: true })
  }
  try {
    // Ready is who knows the sales.
    await eventually(async () => (await call(flash, 'GET', '/api/sales')).status === 200, 15_000)
  } catch (error) {
    await stop()
    throw error
  }
  return { flash, ops, pid: nginx.pid!, stop }
}

/** Replaces a number of a tunables file; throws when it is not there, so that a renamed one is noticed. */
export const turn =
  (...changes: [pattern: RegExp, value: string][]) =>
  (text: string): string =>
    changes.reduce((now, [pattern, value]) => {
      if (!pattern.test(now)) throw new Error(`no ${pattern} in this file`)
      return now.replace(pattern, value)
    }, text)
