/**
 * Splits a SQL file into its statements, without their comments and closing semicolons. Semicolons inside quotes
 * ('…', "…", `…`) and comments (-- …, # …, /* … *\/) do not split. Executable comments (/*! … *\/) are kept.
 * Throws on an unclosed quote or comment and on DELIMITER, which is a word of the client and not of the server.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = []
  let statement = ''
  for (const [piece] of sql.matchAll(PIECES)) {
    if (/^['"`]$/.test(piece)) throw new Error(`SQL: unclosed ${piece} quote`)
    if (piece === '/*') throw new Error('SQL: unclosed /* comment')
    if (piece === ';') {
      if (statement.trim() !== '') statements.push(statement.trim())
      statement = ''
    } else if (isComment(piece)) statement += ' '
    else statement += piece
  }
  if (statement.trim() !== '') statements.push(statement.trim())
  if (statements.some((s) => /^delimiter\b/i.test(s)))
    throw new Error('SQL: DELIMITER is not understood here')
  return statements
}

/** Quoted text (a doubled quote simply begins a next piece), comments, semicolons, and everything between. */
const PIECES =
  /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|--(?=\s|$)[^\n]*|#[^\n]*|\/\*.*?\*\/|\/\*|[;'"`]|[^'"`;#/-]+|[-/]/gs

const isComment = (piece: string) =>
  piece.startsWith('#') || piece.startsWith('--') || (piece.startsWith('/*') && !piece.startsWith('/*!'))
