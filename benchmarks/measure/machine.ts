import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { findProgram } from '../../stack/find-program.ts'

/** What the figures were measured on. */
export interface Machine {
  cpu: string
  cores: number
  memoryGb: number
  system: string
  kernel: string
  /** Load of the last minute when the benchmark began: what else ran. */
  loadBefore: number
  node: string
  nginx: string
  redis: string
  rabbitmq: string
  mysql: string
}

export function readMachine(): Machine {
  const [first] = cpus()
  return {
    cpu: first?.model.trim() || 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux',
    kernel: release(),
    loadBefore: Math.round(loadavg()[0]! * 100) / 100,
    node: process.versions.node,
    nginx: versionOf('nginx', ['-v'], /nginx\/(\S+)/),
    redis: versionOf('redis-server', ['--version'], /v=(\S+)/),
    rabbitmq: versionOf('dpkg-query', ['-W', '-f', '$' + '{Version}', 'rabbitmq-server'], /(\S+)/),
    mysql: versionOf(findProgram('mariadbd') ? 'mariadbd' : 'mysqld', ['--version'], /Ver (\S+)/),
  }
}

function versionOf(program: string, args: string[], pattern: RegExp): string {
  try {
    // nginx tells its version on stderr.
    const shell = [findProgram(program) ?? program, ...args].map((word) => `'${word}'`).join(' ')
    return pattern.exec(execFileSync('sh', ['-c', `${shell} 2>&1`], { encoding: 'utf8' }))?.[1] ?? 'unknown'
  } catch {
    return 'unknown'
  }
}
