import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import { join, relative } from 'node:path'

const LINT = [
  ['tsc', ['--noEmit']],
  ['tsc', ['--noEmit', '-p', 'web']],
  ['biome', ['check', '.']],
  ['luacheck', ['-q', 'lua', 'nginx']],
]

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Projects of vitest.config.ts. Each step is a vitest of its own: the stacks that files share end with it. */
const STEPS = [['rooms'], ['line', 'browser'], ['timed', 'benchmarks', 'faults', 'stack']]

/**
 * Lint, then every test, or those that `args` name to vitest. Says what failed, how long each step took, and
 * `N passed, N failed` last. Gives the exit code: 1 when anything failed.
 */
export async function runTests(root, args) {
  const bin = join(root, 'node_modules', '.bin')
  const settings = {
    cwd: root,
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
    stdio: 'inherit',
  }
  const failed = LINT.filter(([program, list]) => spawnSync(program, list, settings).status !== 0).map(
    ([program]) => `lint: ${program}`,
  )
  mkdirSync(join(root, '.cache'), { recursive: true })

  const [results, minutes] = [[], []]
  const steps = args.length > 0 ? [args] : STEPS.map((names) => names.map((name) => `--project=${name}`))
  for (const [nth, step] of steps.entries()) {
    const began = Date.now()
    const report = join(root, '.cache', `vitest-${nth + 1}.json`)
    rmSync(report, { force: true })
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const status = await runVitest(['run', ...reporters, ...step], settings)
    const { tests, broken } = readReport(report, root)
    results.push(...tests)
    failed.push(...broken)
    if (status !== 0 && broken.length === 0) failed.push(`vitest ${step.join(' ')} ended with ${status}`)
    minutes.push(`${step.join(' ')} ${((Date.now() - began) / 60_000).toFixed(1)}`)
  }
  process.stdout.write(`minutes: ${minutes.join('; ')}\n${failed.map((one) => `failed: ${one}\n`).join('')}`)
  const count = (status) => results.filter((one) => one === status).length
  process.stdout.write(`${count('passed')} passed, ${count('failed')} failed\n`)
  return failed.length === 0 ? 0 : 1
}

/** Told to stop, it kills vitest, whose guard (tests/guard-run.ts) clears everything away, and ends this process too. */
async function runVitest(list, settings) {
  const vitest = spawn('vitest', list, settings)
  const end = (signal) => {
    vitest.kill('SIGKILL')
    process.exit(128 + constants.signals[signal])
  }
  for (const signal of ENDING) process.on(signal, end)
  const status = await new Promise((resolve) => vitest.once('close', resolve))
  // The next step has a vitest of its own to kill.
  for (const signal of ENDING) process.off(signal, end)
  return status
}

/** The status of each test, and the names of what failed: tests, and files that did not come to their tests. */
function readReport(file, root) {
  try {
    const { testResults } = JSON.parse(readFileSync(file, 'utf8'))
    const broken = testResults.flatMap(({ name, status, assertionResults }) => {
      const bad = assertionResults.filter((test) => test.status === 'failed').map((test) => test.fullName)
      if (bad.length === 0 && status === 'failed') bad.push('the file itself')
      return bad.map((what) => `${relative(root, name)}: ${what}`)
    })
    return { tests: testResults.flatMap((one) => one.assertionResults.map(({ status }) => status)), broken }
  } catch {
    return { tests: [], broken: ['vitest gave no report'] }
  }
}
