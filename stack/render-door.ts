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
  /** The pages; `run/www` unless said otherwise. Several doors serve the same. */
  www?: string
  /** The address to listen on. */
  bind: string
  flashPort: number
  shopPort: number
  opsPort: number
  /** The flash domain over TLS; left out: plain HTTP alone. */
  tls?: { port: number; cert: string; key: string } | undefined
  gateways: Server[]
  /** The ops console; without one the ops domain says that it is not available. */
  console?: Server | undefined
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
 * SLUICE_REDIS_URL, SLUICE_JWT_SECRET, SLUICE_TICKET_SECRET and SLUICE_EDGE_KEY.
 * Throws when a folder's name would break the configuration, or a template holds an unknown token.
 */
export async function renderDoor(door: Door): Promise<string> {
  for (const path of [door.root, door.run, door.www, door.tls?.cert, door.tls?.key]) refuseOddPath(path)
  if (door.gateways.length === 0) throw new Error('the door needs at least one gateway')
  const tokens = tokensOf(door, await openFiles())
  const templates = join(door.root, 'nginx')
  const target = join(door.run, 'nginx')
  await mkdir(target, { recursive: true })
  for (const file of await readdir(templates)) {
    if (!file.endsWith('.conf') || isTunables(file)) continue
    const template = await readFile(join(templates, file), 'utf8')
    const absent = file === 'flash_tls.conf' && door.tls === undefined
    await writeFile(join(target, file), absent ? '# no TLS here\n' : fillTokens(file, template, tokens))
  }
  return join(target, 'nginx.conf')
}

/** Throws when a path would break nginx's configuration. */
export function refuseOddPath(path = ''): void {
  if (/["'$;?{}\\\p{Cc}]/u.test(path)) throw new Error(`nginx can not use the folder ${path}: rename it`)
}

/** A template's text with its names between at-signs filled in. Throws on one that is not known. */
export const fillTokens = (file: string, template: string, tokens: Record<string, string>): string =>
  template.replace(/@([A-Z0-9_]+)@/g, (_, name: string) => {
    const value = tokens[name]
    if (value === undefined) throw new Error(`nginx/${file}: @${name}@ is not known`)
    return value
  })

/** What a worker's limit of open files can be raised to. */
export async function openFiles(): Promise<number> {
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
    WWW: door.www ?? join(door.run, 'www'),
    BIND: door.bind,
    FLASH_PORT: String(door.flashPort),
    SHOP_PORT: String(door.shopPort),
    OPS_PORT: String(door.opsPort),
    WORKER_PROCESSES: String(door.workerProcesses),
    OPEN_FILES: String(openFiles),
    // Port 1 (tcpmux): nobody listens there.
    CONSOLE_SERVER: `${door.console?.host ?? '127.0.0.1'}:${door.console?.port ?? 1}`,
    FLASH_SERVERS: serverLines(door.gateways),
    FLASH_PEERS: peerNames(door.gateways),
    SHOP_SERVERS: serverLines(door.shopServers ?? []),
    SHOP_PEERS: peerNames(door.shopServers ?? []),
    SHOP_FILE: door.shopServers?.length ? 'shop_group.conf' : 'shop_elsewhere.conf',
    TLS_PORT: String(door.tls?.port),
    TLS_CERT: door.tls?.cert ?? '',
    TLS_KEY: door.tls?.key ?? '',
    // OpenResty's nginx has it as a directive of its own, Debian's only knows the older word.
    HTTP2_FLAG: door.native ? ' http2' : '',
    HTTP2_LINE: door.native ? '' : 'http2 on;',
    USER_LINE: userLine(),
    // http_lua needs symbols of ndk, so ndk comes first.
    MODULE_LINES: door.native
      ? modules.map((name) => `load_module /usr/lib/nginx/modules/${name}.so;`).join('\n')
      : '',
    LUA_PATH: door.native ? '/usr/share/lua/5.1/?.lua;' : '',
    // Among containers Redis has a name; OpenResty reads the system's resolver for it.
    RESOLVER_LINE: door.native ? '' : 'resolver local=on ipv6=off;',
  }
}

/** The checkout may stand where only root can read, and the pages with it. */
export const userLine = (): string => (process.getuid?.() === 0 ? 'user root;' : '')
