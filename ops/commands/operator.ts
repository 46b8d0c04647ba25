import { text } from 'node:stream/consumers'
import { Option } from 'commander'
import { type OperatorRole, ROLES } from '../../contract/console/session.ts'
import { commandLineUser } from '../actions/by.ts'
import { addOperator, changePassword, disableOperator, listOperators } from '../operators/operators.ts'
import { makePassword } from '../operators/password.ts'
import { alignColumns } from '../terminal/align-columns.ts'
import { withMysql } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'

/** `operator add|list|disable|password`: who may sign in at the console. */
export const addOperatorCommands: AddCommand = (parent, { env, print }) => {
  const group = parent.command('operator').description('who may sign in at the console')

  group
    .command('add')
    .description('let somebody in; prints a password once, unless one comes on standard input')
    .argument('<name>', 'letters, digits and . _ @ -')
    .addOption(
      new Option('--role <role>', 'viewer may look, operator may change')
        .choices(ROLES)
        .makeOptionMandatory(),
    )
    .option('--password-stdin', 'take the password from standard input')
    .action(async (name: string, options: { role: OperatorRole; passwordStdin?: boolean }) => {
      const { password, made } = await passwordFor(options)
      const { role } = options
      await withMysql(env, (mysql) => addOperator(mysql, { name, role, password }, commandLineUser()))
      print({ name, role, ...made }, `${name} is a ${role}${made ? `; the password: ${password}` : ''}`)
    })

  group
    .command('list')
    .description('list all')
    .action(async () => {
      const operators = await withMysql(env, (mysql) => listOperators(mysql))
      const rows = operators.map(({ name, role, createdAt, disabledAt }) => [
        ...[name, role, createdAt.toISOString(), disabledAt?.toISOString() ?? ''],
      ])
      print(
        operators.map(({ generation, ...shown }) => shown),
        alignColumns([['NAME', 'ROLE', 'SINCE', 'DISABLED'], ...rows]),
      )
    })

  group
    .command('disable')
    .description('let somebody in no more; all sessions end at once')
    .argument('<name>')
    .action(async (name: string) => {
      await withMysql(env, (mysql) => disableOperator(mysql, name, commandLineUser()))
      print({ name, disabled: true }, `${name} is disabled`)
    })

  group
    .command('password')
    .description('give a new password; all sessions end at once')
    .argument('<name>')
    .option('--password-stdin', 'take the password from standard input')
    .action(async (name: string, options: { passwordStdin?: boolean }) => {
      const { password, made } = await passwordFor(options)
      await withMysql(env, (mysql) => changePassword(mysql, name, password, commandLineUser()))
      print({ name, ...made }, `${name} has a new password${made ? `: ${password}` : ''}`)
    })
}

/** Never an argument: those can be seen by everybody on the machine. */
async function passwordFor({
  passwordStdin,
}: {
  passwordStdin?: boolean
}): Promise<{ password: string; made?: { password: string } }> {
  if (passwordStdin) return { password: (await text(process.stdin)).replace(/\r?\n$/, '') }
  const password = makePassword()
  return { password, made: { password } }
}
