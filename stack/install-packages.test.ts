import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

// The script runs for real; only apt-get is a stand-in, which writes down what it sees.
const SCRIPT = join(import.meta.dirname, 'install-packages.sh')
let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-apt-'))
  mkdirSync(join(dir, 'bin'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const policy = () => join(dir, 'policy-rc.d')

function install(aptEnds = 0) {
  const apt = join(dir, 'bin', 'apt-get')
  writeFileSync(
    apt,
    `#!/bin/sh\necho "$@" >> ${dir}/calls\n${policy()}; echo "policy says $?" >> ${dir}/calls\nexit ${aptEnds}\n`,
  )
  chmodSync(apt, 0o755)
  const done = spawnSync('sh', [SCRIPT, 'nginx', 'redis-server'], {
    env: { PATH: `${join(dir, 'bin')}:${process.env.PATH}`, SLUICE_POLICY_FILE: policy() },
  })
  return { code: done.status, calls: readFileSync(join(dir, 'calls'), 'utf8') }
}

test('packages come without recommends, after an update, while no service may start', () => {
  const { code, calls } = install()
  expect(code).toBe(0)
  expect(calls).toMatch(
    /update\npolicy says 101\n.*install -y --no-install-recommends nginx redis-server\npolicy says 101/,
  )
  expect(existsSync(policy())).toBe(false)
})

test('a policy that stood there before comes back, also when the install fails', () => {
  for (const aptEnds of [0, 100]) {
    writeFileSync(policy(), '#!/bin/sh\nexit 42\n')
    expect(install(aptEnds).code).toBe(aptEnds)
    expect(readFileSync(policy(), 'utf8')).toBe('#!/bin/sh\nexit 42\n')
  }
})

test('after an install that was killed, its policy is not mistaken for the one to keep', () => {
  writeFileSync(`${policy()}.before-sluice`, '#!/bin/sh\nexit 42\n')
  writeFileSync(policy(), '#!/bin/sh\n# written by sluice for one install\nexit 101\n')
  install()
  expect(readFileSync(policy(), 'utf8')).toBe('#!/bin/sh\nexit 42\n')
})
