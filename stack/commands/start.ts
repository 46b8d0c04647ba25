import type { AddCommand } from '../../ops/terminal/terminal.ts'
import { readStatus } from '../../platform/local-stack/status.ts'
import { runProgram } from '../run-program.ts'

export const addStart: AddCommand = (parent, { json, print, fail }) => {
  parent
    .command('start')
    .description('start the whole local stack, until Ctrl-C; with --json, in the background')
    .option('--detach', 'leave it in the background once it is ready')
    .action(async ({ detach }: { detach?: boolean }) => {
      const code = await runProgram('start', detach || json ? ['--detach'] : [], json)
      if (code !== 0) return fail()
      if (!json) return
      print(await readStatus(), '')
    })
}
