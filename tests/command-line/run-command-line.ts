import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { runCommandLine } from '../../ops/command-line.ts'

export async function run(argv: string[], env: Record<string, string>) {
  const out = new PassThrough()
  const err = new PassThrough()
  const [code, stdout, stderr] = await Promise.all([
    runCommandLine(argv, { env, out, err }).finally(() => {
      out.end()
      err.end()
    }),
    text(out),
    text(err),
  ])
  return { code, stdout, stderr }
}

/** Runs with --json and reads the one value: of stdout on success, of stderr else. */
export async function runJson(argv: string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await run([...argv, '--json'], env)
  return {
    code,
    value: stdout === '' ? undefined : JSON.parse(stdout),
    error: stderr === '' ? undefined : JSON.parse(stderr).error,
  }
}
