/**
 * MySQL and MariaDB keep the same schema in different words. These bring both to one form; what can not be told
 * apart afterwards (the width of an INT, the name of a default) means nothing to either.
 */

/** `int(10) unsigned` -> `int unsigned`; only tinyint(1) keeps its width, which says that it is a boolean. */
export const normaliseType = (type: string): string =>
  type.replace(/^(tinyint|smallint|mediumint|int|bigint)\((\d+)\)/, (whole, name: string, width: string) =>
    name === 'tinyint' && width === '1' ? whole : name,
  )

/**
 * A default as SQL, or undefined where there is none. MariaDB quotes text and says 'NULL' for none; MySQL gives text
 * bare and NULL for none, and marks expressions in EXTRA.
 */
export function normaliseDefault(value: string | null, extra: string, numeric: boolean): string | undefined {
  if (value === null || value === 'NULL') return undefined
  if (/^current_timestamp(\(\d\))?$/i.test(value)) return value.toUpperCase()
  if (extra.includes('DEFAULT_GENERATED')) return `(${normaliseExpression(value)})`
  if (value.startsWith("'") || numeric) return value
  return `'${value.replaceAll("'", "''")}'`
}

/** An expression of a CHECK or a generated column: no quoted names, no character set introducers, no idle brackets. */
export function normaliseExpression(expression: string): string {
  const plain = expression
    .replaceAll('`', '')
    .replaceAll("\\'", "'")
    .replace(/_(utf8mb[34]|latin1|ascii)'/g, "'")
    .replace(/\(\s+/g, '(')
    .replace(/\s+\)/g, ')')
    .replace(/\s*,\s*/g, ',')
    .replace(/\s*(<=|>=|<>|=|<|>)\s*/g, ' $1 ')
    .replace(/\s+/g, ' ')
    .trim()
  return dropIdleBrackets(plain.replace(/\b(in|and|or)\(/gi, '$1 ('))
}

/** Drops a pair of brackets that encloses all of the expression or all of an argument: `((a > b))`, `if((x),1,2)`. */
function dropIdleBrackets(expression: string): string {
  for (let open = 0; open < expression.length; open++) {
    if (expression[open] !== '(' || /[\w ]/.test(expression[open - 1] ?? '(')) continue
    const close = closing(expression, open)
    if (close !== undefined && /^[,)]?$/.test(expression[close + 1] ?? '')) {
      return dropIdleBrackets(
        expression.slice(0, open) + expression.slice(open + 1, close) + expression.slice(close + 1),
      )
    }
  }
  return expression
}

function closing(expression: string, open: number): number | undefined {
  let depth = 0
  let quoted = false
  for (let at = open; at < expression.length; at++) {
    const sign = expression[at]
    if (sign === "'") quoted = !quoted
    else if (!quoted && sign === '(') depth++
    else if (!quoted && sign === ')' && --depth === 0) return at
  }
  return undefined
}
