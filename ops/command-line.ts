import { Command, CommanderError, type OutputConfiguration } from 'commander'
import { Problem } from '../contract/errors.ts'
import { ConfigError } from '../platform/config.ts'
import { InputError } from './actions/input-error.ts'
import { addAudit } from './commands/audit.ts'
import { addBlock } from './commands/block.ts'
import { addCapacity } from './commands/capacity.ts'
import { addInventory } from './commands/inventory.ts'
import { addOperatorCommands } from './commands/operator.ts'
import { addQuizImport } from './commands/quiz-import.ts'
import { addSaleCreate } from './commands/sale-create.ts'
import { addSaleDiscard } from './commands/sale-discard.ts'
import { addSaleEvidence } from './commands/sale-evidence.ts'
import { addSaleList } from './commands/sale-list.ts'
import { addSalePhases } from './commands/sale-phases.ts'
import { addSalePublish } from './commands/sale-publish.ts'
import { addSaleRehearse } from './commands/sale-rehearse.ts'
import { addSaleRelease } from './commands/sale-release.ts'
import { addSaleSettle } from './commands/sale-settle.ts'
import { addSaleShow } from './commands/sale-show.ts'
import { addSaleStock } from './commands/sale-stock.ts'
import { addSchema } from './commands/schema.ts'
import { addSetting } from './commands/setting.ts'
import { addSwitch } from './commands/switch.ts'
import { addToken } from './commands/token.ts'
import type { AddCommand, Terminal } from './terminal/terminal.ts'

export interface Surroundings {
  env: Record<string, string | undefined>
  out: NodeJS.WritableStream
  err: NodeJS.WritableStream
}

const SALE_COMMANDS: AddCommand[] = [
  addSaleCreate,
  addSaleList,
  addSaleShow,
  addSalePublish,
  addSalePhases,
  addSaleDiscard,
  addSaleSettle,
  addSaleEvidence,
  addSaleRelease,
  addSaleStock,
  addSaleRehearse,
]
const COMMANDS: AddCommand[] = [
  addCapacity,
  addToken,
  addAudit,
  addBlock,
  addSwitch,
  addSetting,
  addOperatorCommands,
  addSchema,
  addInventory,
]

/**
 * Every command, ready to be parsed. `output`: what commander does with its own words. `local`: the commands that the
 * caller adds, before those of ops.
 */
export function buildProgram(
  terminal: Terminal,
  output: OutputConfiguration,
  local: readonly AddCommand[] = [],
): Command {
  const program = new Command('sluice')
    .description('Runs and watches flash sales.')
    .option('--json', 'print one JSON value; errors too, on stderr')
    .exitOverride()
    .configureOutput(output)
  for (const add of [...local, ...COMMANDS]) add(program, terminal)
  const sale = program.command('sale').description('create, show and steer sales')
  for (const add of SALE_COMMANDS) add(sale, terminal)
  addQuizImport(program.command('quiz').description('questions for sales with --challenge quiz'), terminal)
  return program
}

/**
 * Runs one command of the command line; gives the exit code: 0 done, 1 failed (or bad news, for `audit`), 2 not
 * understood. Under --json there is exactly one JSON value on `out`, and an error is one on `err`.
 * `local`: the commands of the room that starts servers, which ops does not know.
 */
export async function runCommandLine(
  argv: string[],
  { env, out, err }: Surroundings,
  local: readonly AddCommand[] = [],
): Promise<number> {
  const json = argv.includes('--json')
  const words = argv.filter((word) => word !== '--json')
  let code = 0
  const terminal: Terminal = {
    env,
    json,
    print: (value, text) => void out.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`),
    write: (chunk) =>
      out.write(chunk) ? Promise.resolve() : new Promise((resolve) => out.once('drain', () => resolve())),
    err: (line) => void err.write(`${line}\n`),
    fail: () => {
      code = 1
    },
  }
  // Errors are written once, below, whoever finds them; help is for people and always plain.
  const output = {
    writeOut: (text: string) => void out.write(text),
    writeErr: () => {},
    outputError: () => {},
  }
  const program = buildProgram(terminal, output, local)
  try {
    await program.parseAsync(words, { from: 'user' })
    return code
  } catch (error) {
    const fault = explain(
      error,
      program.commands.find((group) => group.name() === words[0] && group.commands.length > 0) ?? program,
    )
    if (fault.exit !== 0) {
      err.write(
        json
          ? `${JSON.stringify({ error: { code: fault.code, message: fault.message } })}\n`
          : `sluice: ${fault.message}\n`,
      )
    }
    return fault.exit
  }
}

/** `asked`: the command, or group of commands, that was called. */
function explain(error: unknown, asked: Command): { exit: number; code: string; message: string } {
  if (error instanceof CommanderError) {
    const help = ['commander.helpDisplayed', 'commander.version'].includes(error.code)
    // Only a command without its subcommand ends like this: commander says nothing of its own.
    const message =
      error.code === 'commander.help'
        ? `name a command: ${asked.commands.map((command) => command.name()).join(', ')}; --help explains them`
        : error.message.replace(/^error: /, '')
    return { exit: help ? 0 : 2, code: 'invalid_request', message }
  }
  if (error instanceof InputError) return { exit: 2, code: 'invalid_request', message: error.message }
  if (error instanceof Problem) return { exit: 1, code: error.code, message: error.message }
  if (error instanceof ConfigError) return { exit: 1, code: 'configuration', message: error.message }
  return { exit: 1, code: 'unavailable', message: whatHappened(error) }
}

/** Connection errors often have an empty message and tell all in their parts. */
function whatHappened(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return error.errors.map(whatHappened).join('; ')
  return error instanceof Error ? error.message || error.name : String(error)
}
