import { randomInt } from 'node:crypto'
import type { QuizQuestion } from './quiz.ts'
import { shuffle } from './shuffle.ts'

/**
 * Questions for a sale whose operator has brought none. They slow a click down and spread the crowd; a program that knows
 * this file answers them all, so questions of one's own are better.
 */
export const makeUpQuestions = (count: number): QuizQuestion[] =>
  Array.from({ length: count }, () => pick(KINDS)())

const pick = <T>(from: readonly T[]): T => from[randomInt(from.length)]!

const NUMBERS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth']
const WORDS = 'umbrella lantern compass blanket kettle bicycle hammock telescope notebook backpack'.split(' ')
/** No word fits two groups: a salmon would be a colour too. */
const GROUPS: Record<string, string[]> = {
  fruit: ['apple', 'pear', 'banana', 'mango'],
  animal: ['horse', 'otter', 'sparrow', 'beetle'],
  colour: ['green', 'purple', 'grey', 'blue'],
  tool: ['hammer', 'saw', 'pliers', 'chisel'],
  'musical instrument': ['violin', 'flute', 'drum', 'harp'],
  'piece of clothing': ['scarf', 'jacket', 'glove', 'sock'],
}

const sum = (): QuizQuestion => {
  const [a, b] = [randomInt(2, NUMBERS.length), randomInt(2, NUMBERS.length)]
  const answers = [String(a + b)]
  if (NUMBERS[a + b]) answers.push(NUMBERS[a + b]!)
  return { question: `How much is ${NUMBERS[a]} plus ${NUMBERS[b]}?`, answers }
}

const letter = (): QuizQuestion => {
  const [word, at] = [pick(WORDS), randomInt(ORDINALS.length)]
  return { question: `Which is the ${ORDINALS[at]} letter of the word “${word}”?`, answers: [word[at]!] }
}

const oneOf = (): QuizQuestion => {
  const [right, ...others] = shuffle(Object.keys(GROUPS))
  const answer = pick(GROUPS[right!]!)
  return {
    question: `Which of these is ${/^[aeiou]/.test(right!) ? 'an' : 'a'} ${right}?`,
    answers: [answer],
    choices: shuffle([answer, ...others.slice(0, 3).map((group) => pick(GROUPS[group]!))]),
  }
}

const KINDS = [sum, letter, oneOf]
