import { describe, expect, it } from 'vitest'
import { InputError } from '../actions/input-error.ts'
import { readQuestionFile } from './read-questions.ts'

const csv = (text: string) => readQuestionFile('q.csv', text)
const json = (value: unknown) => readQuestionFile('q.json', JSON.stringify(value))

/** What the refusal says, line by line. */
const faults = (read: () => unknown): string[] => {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
    return (error as Error).message.split('\n')
  }
  throw new Error('it was not refused')
}

describe('CSV', () => {
  it('reads questions, several answers, choices, quotes and empty lines', () => {
    const text =
      '\uFEFFquestion,answers,choices\r\n"How much is 2, plus 2?",4|four,\r\n\r\nWhich is red? , cherry ,cherry | pear\r\n'
    expect(csv(text)).toEqual([
      { question: 'How much is 2, plus 2?', answers: ['4', 'four'] },
      { question: 'Which is red?', answers: ['cherry'], choices: ['cherry', 'pear'] },
    ])
  })

  it('does without a column of choices, in any order', () => {
    expect(csv('answers,Question\n4,2 plus 2?')).toEqual([{ question: '2 plus 2?', answers: ['4'] }])
  })

  it('names every bad row by its line', () => {
    const text = [
      'question,answers,choices',
      'good?,yes,yes|no',
      ',yes,',
      'no answer?,,',
      '"over two',
      'lines?",a,b|c',
      'stray?,a,b|c',
      'short?,x',
      'GOOD? ,yes,',
      'alone?,a,a',
      'all?,a|b,a|b',
      'twice?,a,a|A|b',
      `${'x'.repeat(301)},a,`,
    ].join('\n')
    expect(faults(() => csv(text))).toEqual([
      'q.csv: nothing was imported, 10 of 11 rows are wrong',
      'line 3: the question must be a text of 1 to 300 characters on one line',
      'line 4: there must be 1 to 5 answers of 1 to 100 characters',
      'line 6: the question must be a text of 1 to 300 characters on one line',
      'line 7: the answer “a” is none of the choices',
      'line 8: 2 columns where the first line names 3',
      'line 9: the same question as line 2',
      'line 10: there must be no choices, or 2 to 8 of 1 to 100 characters',
      'line 11: every choice would be right',
      'line 12: the same choice stands there twice',
      'line 13: the question must be a text of 1 to 300 characters on one line',
    ])
  })

  it('refuses what has no questions, no head, or is no CSV', () => {
    expect(faults(() => csv(''))[0]).toContain('no question in it')
    expect(faults(() => csv('question,answers\n'))[0]).toContain('no question in it')
    expect(faults(() => csv('a,b\n1,2'))[0]).toContain('must name the columns')
    expect(faults(() => csv('question,answers\n"never closed,1'))[0]).toContain('this is not CSV')
  })

  it('shows twenty bad rows and counts the rest', () => {
    const said = faults(() => csv(`question,answers\n${'x?,\n'.repeat(25)}`))
    expect(said).toHaveLength(22)
    expect(said.at(-1)).toBe('and 5 more')
  })
})

describe('JSON', () => {
  it('reads one answer or a list of them', () => {
    const choices = ['a', 'b']
    expect(
      json([
        { question: '1?', answers: 'a', choices },
        { question: '2?', answers: ['x', 'y'] },
      ]),
    ).toEqual([
      { question: '1?', answers: ['a'], choices },
      { question: '2?', answers: ['x', 'y'] },
    ])
  })

  it('names every bad entry', () => {
    const said = faults(() =>
      json([
        null,
        { question: 1, answers: 'a' },
        { question: 'a?', answer: 'a' },
        { question: 'b?', answers: [{}] },
      ]),
    )
    expect(said.slice(1).map((line) => line.slice(0, 8))).toEqual([
      'entry 1:',
      'entry 2:',
      'entry 3:',
      'entry 4:',
    ])
    expect(said[3]).toBe('entry 3: “answer” is not known')
  })

  it('refuses what is no list, or no JSON', () => {
    expect(faults(() => json({}))[0]).toContain('must be a list')
    expect(faults(() => readQuestionFile('Q.JSON', '[{'))[0]).toContain('this is not JSON')
  })
})
