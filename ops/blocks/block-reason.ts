export const REASON_CHARACTERS = 500
/** On one line: it stands in tables, logs and exports. */
export const REASON_PATTERN = `^[^\\p{Cc}]{0,${REASON_CHARACTERS}}$`

/** What is wrong with the reason of a block; undefined where nothing is. */
export const wrongReason = (reason: string): string | undefined =>
  new RegExp(REASON_PATTERN, 'u').test(reason)
    ? undefined
    : `may have ${REASON_CHARACTERS} characters, none of them a control character`
