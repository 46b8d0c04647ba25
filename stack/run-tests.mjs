import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const LINT = [
  ['tsc', ['--noEmit']],
  ['tsc', ['--noEmit', '-p', 'web']],
  ['biome', ['check', '.']],
  ['luacheck', ['-q', 'lua', 'nginx']],
]

/** Lint, then every test; prints `N passed, N failed` last and gives the exit code: vitest's, else 1 for bad lint. */
export function runTests(root, args) {
  const bin = join(root, 'node_modules', '.bin')
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` }
  const run = (program, list) => spawnSync(program, list, { cwd: root, env, stdio: 'inherit' })
  const unclean = LINT.filter(([program, list]) => run(program, list).status !== 0).map(
    ([program]) => program,
  )
  for (const program of unclean) process.stderr.write(`lint: ${program} failed\n`)

  const report = join(root, '.cache', 'vitest.json')
  mkdirSync(join(root, '.cache'), { recursive: true })
  rmSync(report, { force: true })
  const tests = run('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ])
  if (unclean.length > 0) process.stdout.write(`lint failed: ${unclean.join(', ')}\n`)
  process.stdout.write(`${count(report)}\n`)
  return tests.status === 0 ? Number(unclean.length > 0) : (tests.status ?? 1)
}

function count(report) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
    return `${numPassedTests} passed, ${numFailedTests} failed`
  } catch {
    return 'vitest gave no report'
  }
}
