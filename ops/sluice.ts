import { LOCAL_COMMANDS } from '../stack/local-commands.ts'
import { runCommandLine } from './command-line.ts'

// The one file of ops that knows the stack: it puts the commands of both rooms together.

// Somebody stopped reading (`… | head`): there is nobody left to write for.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await runCommandLine(
  process.argv.slice(2),
  { env: process.env, out: process.stdout, err: process.stderr },
  LOCAL_COMMANDS,
)
