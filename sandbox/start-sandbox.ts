import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../platform/log.ts'
import { buildApp } from './app.ts'
import { type Behaviour, createConduct } from './behaviour.ts'
import { openBooks } from './books.ts'
import type { SandboxConfig } from './config.ts'
import { startShop } from './shop/start-shop.ts'
import { createWebhooks, type Webhooks } from './webhooks.ts'

/**
 * Starts the sandbox payment provider on its books of earlier lives, and the shop's order system beside it; resolves with the function that stops it, once it
 * listens. Events that the shop had not taken are sent again. `onLost` is called when its books can not be written.
 */
export async function startSandbox(
  config: SandboxConfig,
  log: Logger,
  onLost: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const { SLUICE_SANDBOX_DIR: dir, SLUICE_WEBHOOK_URL: url, SLUICE_WEBHOOK_SECRET: secret } = config
  let webhooks: Webhooks | undefined
  const books = await openBooks(join(dir, 'books.jsonl'), (event) => webhooks?.tell(event), onLost)
  const behaviour = join(dir, 'behaviour.json')
  const conduct = createConduct(readBehaviour(behaviour))
  webhooks = createWebhooks({ url, secret }, conduct, books.told, log)
  const keepBehaviour = (now: Behaviour) => {
    writeFileSync(`${behaviour}.new`, JSON.stringify(now))
    renameSync(`${behaviour}.new`, behaviour)
  }
  const app = buildApp(
    { books, conduct, keepBehaviour, key: config.SLUICE_PAYMENT_KEY, url: config.SLUICE_SANDBOX_URL },
    log,
  )
  await app.listen({ host: config.SLUICE_HOST, port: config.SLUICE_PORT })
  for (const event of books.untold()) webhooks.tell(event)
  const { SLUICE_AMQP_URL: amqp, SLUICE_MYSQL_URL: mysql, SLUICE_NAME: name } = config
  const stopShop = amqp && mysql ? await startShop({ amqp, mysql, name }, conduct, log) : undefined
  return async () => {
    await stopShop?.()
    await webhooks.close()
    await app.close()
    await books.close()
  }
}

function readBehaviour(file: string): Partial<Behaviour> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Behaviour
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}
