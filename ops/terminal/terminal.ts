import type { Command } from 'commander'

/** What a command gets to work with, besides its options. */
export interface Terminal {
  env: Record<string, string | undefined>
  json: boolean
  /** Writes the command's one result: `value` as JSON under --json, else `text`. */
  print: (value: unknown, text: string) => void
  /** Writes many lines, waiting where the reader is slow. Not for use under --json, save to stream one JSON value. */
  write: (chunk: string) => Promise<void>
  /** Writes a line for people beside the result, on stderr. */
  err: (line: string) => void
  /** Sets the exit code without an error: the result was printed, and it is bad news. */
  fail: () => void
}

/** Every file of `commands/` adds one command. */
export type AddCommand = (parent: Command, terminal: Terminal) => void
