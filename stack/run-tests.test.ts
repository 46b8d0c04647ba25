import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const SOURCES = dirname(import.meta.dirname)
const PROJECTS = ['rooms', 'line', 'browser', 'timed', 'benchmarks', 'faults', 'stack']

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'suite-'))
  symlinkSync(join(SOURCES, 'node_modules'), join(root, 'node_modules'))
  const projects = PROJECTS.map((name) => ({ test: { name, include: [`${name}/*.test.js`] } }))
  const suite = { test: { passWithNoTests: true, projects } }
  writeFileSync(join(root, 'vitest.config.mjs'), `export default ${JSON.stringify(suite)}`)
  write('timed/well.test.js', 'expect(1).toBe(1)')
})
afterEach(() => rmSync(root, { recursive: true }))

function write(file: string, body: string) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  const head = "import { existsSync, writeFileSync } from 'node:fs'\nimport { expect, test } from 'vitest'\n"
  writeFileSync(join(root, file), `${head}test('it', () => {\n${body}\n})`)
}
/** As on a machine that is too busy only the first time. */
const failOnce = (mark: string) =>
  `const before = existsSync('${mark}'); writeFileSync('${mark}', ''); expect(before).toBe(true)`

/** What `npm test` finds in this small suite, by processes of their own: vitest is not run inside vitest. */
function runEverything(): { passed: number; failed: string[]; besideOthers: string[]; steps: number } {
  const script = `
    const { runEverything } = await import(${JSON.stringify(join(SOURCES, 'stack/run-tests.mjs'))})
    const { files, minutes, besideOthers } = await runEverything(process.cwd())
    const passed = files.reduce((sum, file) => sum + file.passed, 0)
    const failed = files.flatMap((file) => file.failed)
    console.log(JSON.stringify({ passed, failed, besideOthers, steps: minutes.length }))`
  const { VITEST, VITEST_MODE, VITEST_POOL_ID, VITEST_WORKER_ID, ...env } = process.env
  const node = ['--input-type=module', '--eval', script]
  const said = execFileSync(process.execPath, node, { cwd: root, env, encoding: 'utf8', stdio: 'pipe' })
  return JSON.parse(said.trim().split('\n').at(-1)!)
}

test('what failed beside others is asked again, alone; that answer counts, and the first one is told', () => {
  write('rooms/late.test.js', failOnce('late'))
  write('line/wrong.test.js', 'expect(1).toBe(2)')
  write('line/well.test.js', 'expect(1).toBe(1)')
  expect(runEverything()).toEqual({
    passed: 3,
    failed: ['line/wrong.test.js: it'],
    besideOthers: ['rooms/late.test.js: it', 'line/wrong.test.js: it'],
    steps: 4,
  })
})

test('what runs alone has one chance', () => {
  for (const project of PROJECTS.slice(3)) write(`${project}/once.test.js`, failOnce(project))
  const { failed, besideOthers, steps } = runEverything()
  expect([failed.length, besideOthers, steps]).toEqual([4, [], 3])
})

test('when many files fail, none is asked again', () => {
  for (const name of ['a', 'b', 'c', 'd']) write(`rooms/${name}.test.js`, failOnce(name))
  const { failed, besideOthers, steps } = runEverything()
  expect([failed.length, besideOthers, steps]).toEqual([4, [], 3])
})

test('a file that does not come to its tests, and an error of no file, are failures', () => {
  write('rooms/broken.test.js', '')
  writeFileSync(join(root, 'rooms/broken.test.js'), 'nonsense(')
  expect(runEverything().failed).toEqual(['rooms/broken.test.js: the file itself'])
  write('rooms/broken.test.js', 'setTimeout(() => { throw new Error("late") }); expect(1).toBe(1)')
  const { failed } = runEverything()
  expect(failed).toEqual([expect.stringMatching(/^vitest .*rooms.* ended with 1$/)])
})
