import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One that the door hands requests on to. */
export interface Server {
  host: string
  port: number
}

/** Where the door stands and whom it asks. */
export interface Door {
  /** The checkout: templates, tunables and Lua are read from here, also by the running nginx. */
  root: string
  /** The run folder. Pages are served from `run/www`, everything nginx writes goes under `run/nginx`. */
  run: string
  /** The address to listen on. */
  bind: string
  flashPort: number
  shopPort: number
  opsPort: number
  gateways: Server[]
  /** The shop's own servers, where it shares this nginx with the sale; none where it has a front of its own. */
  shopServers?: Server[]
  workerProcesses: number | 'auto'
  /** Debian's nginx with modules to load, or (false) OpenResty. */
  native: boolean
}

/** Read by nginx from the checkout, so that an edit and `nginx -s reload` are enough. */
const isTunables = (file: string): boolean => file.startsWith('tunables')

const OPEN_FILES = 65_536

/**
 * Writes nginx's configuration and the folders it needs to `run/nginx`; returns the path of its nginx.conf.
 * nginx runs in the foreground with it: `nginx -e RUN/nginx/error.log -c PATH`. Its environment must hold
 * SLUICE_REDIS_URL, SLUICE_JWT_SECRET and SLUICE_EDGE_KEY.
 * Throws when a folder's name would break the configuration, or a template holds an unknown token.
 */
export async function renderDoor(door: Door): Promise<string> {
  for (const folder of [door.root, door.run]) {
    if (/["'$;?{}\\\p{Cc}]/u.test(folder))
      throw new Error(`nginx can not use the folder ${folder}: rename it`)
  }
  if (door.gateways.length === 0) throw new Error('the door needs at least one gateway')
  const tokens = tokensOf(door, await openFiles())
  const templates = join(door.root, 'nginx')
  const target = join(door.run, 'nginx')
  await mkdir(target, { recursive: true })
  for (const file of await readdir(templates)) {
    if (!file.endsWith('.conf') || isTunables(file)) continue
    const template = await readFile(join(templates, file), 'utf8')
    const text = template.replace(/@([A-Z_]+)@/g, (_, name: string) => {
      const value = tokens[name]
      if (value === undefined) throw new Error(`nginx/${file}: @${name}@ is not known`)
      return value
    })
    await writeFile(join(target, file), text)
  }
  return join(target, 'nginx.conf')
}

/** What a worker's limit of open files can be raised to. */
async function openFiles(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const hard = Number(/^Max open files +\S+ +(\d+)/m.exec(limits)?.[1] ?? OPEN_FILES)
  return Math.min(hard, OPEN_FILES)
}

const serverLines = (servers: Server[]): string =>
  servers.map(({ host, port }) => `server ${host}:${port};`).join('\n    ')
const peerNames = (servers: Server[]): string =>
  servers.map(({ host, port }) => `"${host}:${port}"`).join(', ')

function tokensOf(door: Door, openFiles: number): Record<string, string> {
  const modules = ['ndk_http_module', 'ngx_http_lua_module']
  return {
    ROOT: door.root,
    RUN: door.run,
    BIND: door.bind,
    FLASH_PORT: String(door.flashPort),
    SHOP_PORT: String(door.shopPort),
    OPS_PORT: String(door.opsPort),
    WORKER_PROCESSES: String(door.workerProcesses),
    OPEN_FILES: String(openFiles),
    FLASH_SERVERS: serverLines(door.gateways),
    FLASH_PEERS: peerNames(door.gateways),
    SHOP_SERVERS: serverLines(door.shopServers ?? []),
    SHOP_PEERS: peerNames(door.shopServers ?? []),
    SHOP_GROUP_LINE: door.shopServers?.length ? 'include shop_group.conf;' : '',
    // The checkout may stand where only root can read, and the pages with it.
    USER_LINE: process.getuid?.() === 0 ? 'user root;' : '',
    // http_lua needs symbols of ndk, so ndk comes first.
    MODULE_LINES: door.native
      ? modules.map((name) => `load_module /usr/lib/nginx/modules/${name}.so;`).join('\n')
      : '',
    LUA_PATH: door.native ? '/usr/share/lua/5.1/?.lua;' : '',
    // Among containers Redis has a name; OpenResty reads the system's resolver for it.
    RESOLVER_LINE: door.native ? '' : 'resolver local=on ipv6=off;',
  }
}
