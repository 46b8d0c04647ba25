import { type Logger, pino } from 'pino'

export type { Logger }

/**
 * The log of one process: JSON lines on stdout, one event a line, with fields.
 * Never log tokens, tickets, answers to challenges or card data; the redaction below is the second lock.
 */
export const createLog = (name: string, level: string): Logger =>
  pino({
    level,
    base: { name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['token', 'ticket', 'pass', 'answer', 'req.headers.authorization', 'req.headers.cookie'],
  })
