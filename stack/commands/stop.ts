import type { AddCommand } from '../../ops/terminal/terminal.ts'
import { runProgram } from '../run-program.ts'

export const addStop: AddCommand = (parent, { json, print, fail }) => {
  parent
    .command('stop')
    .description('stop the local stack')
    .action(async () => {
      if ((await runProgram('stop', [], json)) !== 0) return fail()
      if (json) print({ stopped: true }, '')
    })
}
