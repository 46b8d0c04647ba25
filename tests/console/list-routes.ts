import { Registry } from 'prom-client'
import { buildConsole } from '../../ops/console/app.ts'
import type { Services } from '../../ops/console/services.ts'
import { createLog } from '../../platform/log.ts'
import { EDGE_KEY } from './lend-console.ts'

/** `METHOD /path` of every route of the console, as Fastify itself lists what it serves: a hook could miss some. */
export async function listRoutes(): Promise<string[]> {
  const app = buildConsole({
    config: { SLUICE_EDGE_KEY: EDGE_KEY },
    log: createLog('routes', 'silent'),
    metrics: new Registry(),
  } as Services)
  await app.ready()
  const tree = app.printRoutes({ commonPrefix: false, includeHooks: false })
  await app.close()
  return readTree(tree)
}

/** Reads Fastify's tree of routes, one part of a path a line. */
function readTree(tree: string): string[] {
  const found: string[] = []
  const path: string[] = []
  for (const line of tree.trimEnd().split('\n')) {
    const match = /^([│ ]*)[├└]── (\S+)(?: \(([^)]*)\))?$/.exec(line)
    if (!match) continue
    const [, indent = '', part = '', methods = ''] = match
    path.splice(indent.length / 4, Number.POSITIVE_INFINITY, part)
    for (const method of methods.split(', '))
      if (method !== '' && method !== 'HEAD') found.push(`${method} ${path.join('')}`)
  }
  return found
}
