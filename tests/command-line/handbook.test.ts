import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { buildProgram } from '../../ops/command-line.ts'
import type { Terminal } from '../../ops/terminal/terminal.ts'
import { ROOT } from '../../platform/root.ts'
import { LOCAL_COMMANDS } from '../../stack/local-commands.ts'

const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8')
const handbook = read('docs', 'operations.md')

/** Commands of the handbook: whole lines of code, and code within a line. */
const commands = [
  ...[...handbook.matchAll(/^ *sluice (.+)$/gm)].map(([, words]) => words!),
  ...[...handbook.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/`sluice ([a-z][^`]*)`/g)].map(
    ([, words]) => words!,
  ),
]

/** As a shell would, with double quotes. */
const split = (line: string) => (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''))

/** The real command line, whose commands do nothing. */
function dryProgram(): { program: Command; ran: string[] } {
  const terminal = { env: {}, json: false, print() {}, err() {}, fail() {} } as unknown as Terminal
  const output = { writeOut: () => {}, writeErr: () => {}, outputError: () => {} }
  const program = buildProgram(terminal, output, LOCAL_COMMANDS)
  const ran: string[] = []
  const silence = (command: Command): void => {
    if (command.commands.length === 0) command.action(() => void ran.push(command.name()))
    for (const inner of command.commands) silence(inner)
  }
  silence(program)
  return { program, ran }
}

test('the command line takes every command of the handbook as it is written', async () => {
  expect(commands.length).toBeGreaterThan(25)
  for (const line of commands) {
    // `sluice audit` without its sale: the command's name in a sentence.
    const words = split(line)
    if (words.length === 1) {
      expect(
        dryProgram().program.commands.map((one) => one.name()),
        line,
      ).toContain(words[0])
      continue
    }
    const { program, ran } = dryProgram()
    await expect(program.parseAsync(words, { from: 'user' }), line).resolves.toBeDefined()
    expect(ran, line).toHaveLength(1)
  }
})

test('the program that is run has these commands too, those of the local stack among them', async () => {
  const program = join(ROOT, 'dist', 'ops', 'sluice.js')
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--help'])
  const told = [...stdout.matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name]) => name)
  expect(told.filter((name) => name !== 'help')).toEqual(
    dryProgram().program.commands.map((one) => one.name()),
  )
  expect(told).toEqual(expect.arrayContaining(['start', 'stop', 'status', 'monitor']))
})

test('the dry run is no formality: what the command line does not know is refused', async () => {
  for (const words of [
    ['sale', 'create', '--titel', 'T'],
    ['sale', 'show'],
    ['audit', 'seven'],
    ['paint', 'it'],
  ])
    await expect(dryProgram().program.parseAsync(words, { from: 'user' }), words.join(' ')).rejects.toThrow()
})

test('every number of nginx that ops may turn is explained, and none that there is not', () => {
  const section = /^## Tuning nginx$([\s\S]*?)^## /m.exec(handbook)![1]!
  const tunables = [...read('nginx', 'tunables.conf').matchAll(/^ {4}(\w+) = /gm)].map(([, name]) => name!)
  expect(tunables.length).toBeGreaterThan(30)
  const families = [...section.matchAll(/`(\w+_)\*`/g)].map(([, start]) => start!)
  for (const name of tunables) {
    const told = section.includes(`\`${name}\``) || families.some((start) => name.startsWith(start))
    expect(told, `docs/operations.md does not say when to turn ${name}`).toBe(true)
  }
  for (const [, name] of section.matchAll(/^\| `([a-z_]+)`/gm)) {
    const known = tunables.includes(name!) || ['limit_conn', 'worker_connections'].includes(name!)
    expect(known || /^tunables/.test(name!), name).toBe(true)
  }
})

test('what the handbook says of containers is so', () => {
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
    services: Record<string, { profiles?: string[]; ports?: string[] }>
  }
  expect(services.prometheus).toMatchObject({ profiles: ['monitoring'], ports: ['127.0.0.1:9090:9090'] })
  expect(services.grafana).toMatchObject({ profiles: ['monitoring'], ports: ['127.0.0.1:3030:3000'] })
})
