import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
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
const STEPS = [
  { projects: ['rooms'], sideBySide: true },
  { projects: ['line', 'browser'], sideBySide: true },
  { projects: ['timed', 'benchmarks', 'faults', 'stack'], sideBySide: false },
]
/** More failed files than these are no accident of a busy machine. */
const MOST_ASKED_AGAIN = 3

/**
 * Lint, then every test, or those that `args` name to vitest. Says what failed, how long each step took, and
 * `N passed, N failed` last. Gives the exit code: 1 when anything failed.
 */
export async function runTests(root, args) {
  const settings = settingsOf(root)
  const unclean = LINT.filter(([program, list]) => spawnSync(program, list, settings).status !== 0)
  const { files, minutes, besideOthers } =
    args.length > 0 ? await runNamed(root, args) : await runEverything(root)

  const failed = files.flatMap((file) => file.failed)
  const passed = files.reduce((sum, file) => sum + file.passed, 0)
  process.stdout.write(
    [
      `minutes: ${minutes.join('; ')}`,
      ...besideOthers.map((one) => `failed beside others, asked again alone: ${one}`),
      ...unclean.map(([program]) => `failed: lint: ${program}`),
      ...failed.map((one) => `failed: ${one}`),
      `${passed} passed, ${failed.length} failed\n`,
    ].join('\n'),
  )
  return unclean.length + failed.length === 0 ? 0 : 1
}

async function runNamed(root, args) {
  const { files, took } = await runVitest(root, 'named', args)
  return { files, minutes: [took], besideOthers: [] }
}

/**
 * Every step. A file that failed while others ran beside it is asked once more, alone, and that answer counts; what
 * failed at first is in `besideOthers`. Whatever runs alone anyway (faults, kills, times) has one chance.
 */
export async function runEverything(root) {
  const [files, suspects, minutes] = [[], [], []]
  for (const [nth, { projects, sideBySide }] of STEPS.entries()) {
    const step = await runVitest(
      root,
      nth + 1,
      projects.map((name) => `--project=${name}`),
    )
    minutes.push(step.took)
    for (const file of step.files) {
      const suspect = sideBySide && file.failed.length > 0 && file.name !== undefined
      ;(suspect ? suspects : files).push(file)
    }
  }
  if (suspects.length === 0 || suspects.length > MOST_ASKED_AGAIN)
    return { files: [...files, ...suspects], minutes, besideOthers: [] }

  const names = suspects.map(({ name }) => name)
  const alone = await runVitest(root, 'alone', ['--no-file-parallelism', ...names])
  return {
    files: [...files, ...alone.files],
    minutes: [...minutes, alone.took],
    besideOthers: suspects.flatMap(({ failed }) => failed),
  }
}

/** One vitest: its files (see readReport), and its arguments and minutes in words. */
async function runVitest(root, name, list) {
  const began = Date.now()
  const report = join(root, '.cache', `vitest-${name}.json`)
  mkdirSync(join(root, '.cache'), { recursive: true })
  rmSync(report, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const status = await waitForVitest(['run', ...reporters, ...list], settingsOf(root))
  const files = readReport(report, root)
  // No report, or an error that belongs to no file.
  if (status !== 0 && files.every(({ failed }) => failed.length === 0))
    files.push({ name: undefined, passed: 0, failed: [`vitest ${list.join(' ')} ended with ${status}`] })
  return { files, took: `${list.join(' ')} ${((Date.now() - began) / 60_000).toFixed(1)}` }
}

/** Told to stop, it kills vitest, whose guard (tests/guard-run.ts) clears everything away, and ends this process too. */
async function waitForVitest(list, settings) {
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

/**
 * Each file: its name from the root, how many tests passed, and `file: test` of those that failed, or of the file
 * itself where it did not come to its tests. No report is no file.
 */
function readReport(report, root) {
  if (!existsSync(report)) return []
  return JSON.parse(readFileSync(report, 'utf8')).testResults.map(
    ({ name: path, status, assertionResults }) => {
      const name = relative(root, path)
      const named = (wanted) =>
        assertionResults.filter((test) => test.status === wanted).map((test) => test.fullName)
      const failed = named('failed')
      if (failed.length === 0 && status === 'failed') failed.push('the file itself')
      return { name, passed: named('passed').length, failed: failed.map((what) => `${name}: ${what}`) }
    },
  )
}

function settingsOf(root) {
  const bin = join(root, 'node_modules', '.bin')
  return { cwd: root, env: { ...process.env, PATH: `${bin}:${process.env.PATH}` }, stdio: 'inherit' }
}
