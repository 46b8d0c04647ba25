import { BUYER_PATTERN, isBuyer } from '../../contract/buyer.ts'
import { signToken, tokenBlocks } from '../../contract/token.ts'
import { InputError } from '../actions/input-error.ts'
import { readTokenKey } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

interface Options {
  ttl: number
  count?: number
  prefix?: string
}

export const addToken: AddCommand = (parent, { env, json, print, write }) => {
  parent
    .command('token')
    .description("sign a buyer's token, or many, one a line")
    .argument('[user]', 'the buyer')
    .option('--ttl <seconds>', 'how long it is valid', whole(1, 3_153_600_000), 86_400)
    .option('--count <n>', 'so many tokens, for the buyers PREFIX1 to PREFIXn', whole(1, 100_000_000))
    .option('--prefix <text>', 'what those buyers begin with')
    .action(async (user: string | undefined, { ttl, count, prefix }: Options) => {
      if ((user === undefined) === (count === undefined))
        throw new InputError('name one USER, or --count and --prefix')
      if ((count === undefined) !== (prefix === undefined))
        throw new InputError('--count and --prefix need each other')
      if (!isBuyer(user ?? `${prefix}${count}`)) {
        throw new InputError(
          `${user === undefined ? '--prefix' : 'USER'} must be 1 to 128 visible ASCII characters (${BUYER_PATTERN})`,
        )
      }
      const key = await readTokenKey(env)
      const expiresS = Math.floor(Date.now() / 1000) + ttl
      if (user !== undefined) {
        const token = signToken(key.secret, user, expiresS, key.kid)
        print({ token, user, expiresAt: new Date(expiresS * 1000).toISOString() }, token)
        return
      }
      if (json) await write('{"tokens":[')
      let first = true
      for (const block of tokenBlocks(key, prefix!, count!, expiresS)) {
        if (json) await write(`${first ? '' : ','}${block.map((token) => `"${token}"`).join(',')}`)
        else await write(`${block.join('\n')}\n`)
        first = false
      }
      if (json) await write(']}\n')
    })
}
