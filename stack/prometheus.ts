import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { answersHttp } from './probe.ts'
import type { ServerPlan } from './server-plan.ts'

const FILES = ['alerts.yml', 'recording.yml']

/**
 * Prometheus over a local stack, with the configuration of ops/prometheus and the targets that the stack wrote; its data
 * lie in `DIR/prometheus/data`.
 * @param everyS from one scrape, and one evaluation of the rules, to the next; as configured where it is left out
 */
export const planPrometheus = (
  dir: string,
  { root, port, everyS }: { root: string; port: number; everyS?: number },
): ServerPlan => {
  const folder = join(dir, 'prometheus')
  return {
    name: 'prometheus',
    role: 'prometheus',
    command: 'prometheus',
    args: [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--storage.tsdb.retention.time=15d',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    async prepare() {
      mkdirSync(folder, { recursive: true })
      const from = join(root, 'ops', 'prometheus')
      for (const file of FILES) cpSync(join(from, file), join(folder, file))
      const config = readFileSync(join(from, 'prometheus.yml'), 'utf8')
      writeFileSync(join(folder, 'prometheus.yml'), everyS === undefined ? config : askEvery(config, everyS))
    },
    isReady: () => answersHttp(port, '/-/ready'),
    readyWithinMs: 30_000,
    stopWithinMs: 10_000,
  }
}

const askEvery = (config: string, everyS: number): string =>
  config
    .replace(/^( {2}(?:scrape|evaluation)_interval): .*$/gm, `$1: ${everyS}s`)
    .replace(/^( {2}scrape_timeout): .*$/m, `$1: ${everyS}s`)
    .replaceAll(/(refresh_interval): .*$/gm, `$1: ${everyS}s`)
