import { readFileSync } from 'node:fs'
import { ConfigError } from './config.ts'

/** What signs a token; `kid` names it in the token's header, where it has a name. */
export interface TokenKey {
  secret: string
  kid?: string
}

export interface SigningKeys {
  token: TokenKey
  /** The first signs tickets; each of them is good on reading. */
  tickets: readonly [string, ...string[]]
}

interface Environment {
  SLUICE_JWT_SECRET: string
  SLUICE_TICKET_SECRET?: string
  SLUICE_KEY_FILE?: string
}

const KINDS = ['jwt', 'ticket'] as const
const MOST = 4

/**
 * The keys of the environment and of the key file, where there is one: lines of `jwt NAME SECRET` and
 * `ticket NAME SECRET`, and comments after `#`. Of each kind the first line signs; without a line the environment's key
 * does, which is accepted in any case. `lua/edge/keys.lua` reads the same file for the door.
 * Throws ConfigError with the number of a wrong line, and never with a secret.
 */
export function readSigningKeys(env: Environment): SigningKeys {
  const found = env.SLUICE_KEY_FILE ? parse(env.SLUICE_KEY_FILE) : []
  const [first] = found.filter(({ kind }) => kind === 'jwt')
  const tickets = found.filter(({ kind }) => kind === 'ticket').map(({ secret }) => secret)
  const all = [...tickets, ...(env.SLUICE_TICKET_SECRET ? [env.SLUICE_TICKET_SECRET] : [])]
  return {
    token: first ? { secret: first.secret, kid: first.name } : { secret: env.SLUICE_JWT_SECRET },
    tickets: all as [string, ...string[]],
  }
}

interface Line {
  kind: (typeof KINDS)[number]
  name: string
  secret: string
}

function parse(path: string): Line[] {
  const lines: Line[] = []
  for (const [index, text] of read(path).split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(text)) continue
    const refuse = (why: string) => {
      throw new ConfigError(`SLUICE_KEY_FILE ${path}, line ${index + 1}: ${why}`)
    }
    const [kind, name = '', secret = '', ...rest] = text.trim().split(/\s+/) as [Line['kind'], ...string[]]
    if (!KINDS.includes(kind) || secret === '' || rest.length > 0)
      refuse('expected jwt or ticket, a name and a secret')
    if (!/^[\w.-]{1,64}$/.test(name)) refuse('a name has letters, digits, _ . and - only, 64 at most')
    if (!/^[!-~]{32,}$/.test(secret)) refuse('a secret must have 32 characters or more, visible ASCII')
    const same = lines.filter((line) => line.kind === kind)
    if (same.some((line) => line.name === name)) refuse('this name is taken')
    if (same.length >= MOST) refuse(`${MOST} keys of a kind at most`)
    lines.push({ kind, name, secret })
  }
  return lines
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError(`SLUICE_KEY_FILE: ${(error as Error).message}`, { cause: error })
  }
}
