import { sharedValue } from './shared-value.ts'

/** Where the console is: what stands behind `#/`, in parts. */
const read = (): string[] =>
  location.hash
    .replace(/^#\/?/, '')
    .split('?')[0]!
    .split('/')
    .filter((part) => part !== '')
    .map(decode)

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export const route = sharedValue<string[]>(read())
addEventListener('hashchange', () => route.set(read()))

export const go = (path: string): void => {
  location.hash = `#/${path}`
}

export type Params = Record<string, string>

/** The parameters of a path such as `sales/:id/live`, or undefined where the parts are another's. */
export function match(path: string, parts: readonly string[]): Params | undefined {
  const wanted = path.split('/')
  if (wanted.length !== parts.length) return undefined
  const params: Params = {}
  for (const [i, name] of wanted.entries()) {
    const part = parts[i]!
    if (!name.startsWith(':')) {
      if (name !== part) return undefined
    } else if (name === ':id' && !/^[1-9]\d{0,9}$/.test(part)) return undefined
    else params[name.slice(1)] = part
  }
  return params
}
