import type { Challenge } from './challenge.ts'
import { find } from './paint-desk.ts'

type Question = Extract<Challenge, { kind: 'captcha' | 'quiz' }>

function imageOf(source: string): HTMLImageElement {
  const image = document.createElement('img')
  image.width = 240
  image.height = 84
  image.alt = 'Six letters and digits, hard to read for programs'
  image.src = source
  return image
}

/** The picture or the question with its answer: a field to write in, or choices. `onAnswer` gets what was sent. */
export function challengeForm(onAnswer: (answer: string) => void, onAnother: () => void) {
  const form = find<HTMLFormElement>('#challenge-form')
  const picture = find('#challenge-picture')
  const choices = find('#challenge-choices')
  const question = find('#challenge-question')
  const options = find('#challenge-options')
  const written = find('#challenge-written')
  const label = find<HTMLLabelElement>('#challenge-label')
  const input = find<HTMLInputElement>('#challenge-answer')
  const another = find<HTMLButtonElement>('#challenge-another')
  const send = find<HTMLButtonElement>('#challenge-send')

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (send.getAttribute('aria-disabled') === 'true') return
    const chosen = form.querySelector<HTMLInputElement>('input[name="choice"]:checked')
    const answer = choices.hidden ? input.value.trim() : (chosen?.value ?? '')
    if (answer !== '') onAnswer(answer)
  })
  another.addEventListener('click', onAnother)

  function showChoices(texts: string[]): void {
    options.replaceChildren(
      ...texts.map((text) => {
        const line = document.createElement('label')
        const radio = document.createElement('input')
        radio.type = 'radio'
        radio.name = 'choice'
        radio.value = text
        radio.required = true
        line.append(radio, text)
        return line
      }),
    )
  }

  return {
    hide() {
      form.hidden = true
    },
    /** Shuts the form while something is on its way, without taking the focus out of it. */
    wait(waiting: boolean) {
      for (const button of [send, another]) button.setAttribute('aria-disabled', String(waiting))
    },
    show(asked: Question) {
      const texts = asked.kind === 'quiz' ? asked.choices : undefined
      picture.hidden = asked.kind !== 'captcha'
      choices.hidden = texts === undefined
      written.hidden = texts !== undefined
      another.textContent = asked.kind === 'captcha' ? 'Another picture' : 'Another question'
      picture.replaceChildren(...(asked.kind === 'captcha' ? [imageOf(asked.image)] : []))
      input.value = ''
      input.required = texts === undefined
      input.maxLength = asked.kind === 'captcha' ? 6 : 100
      input.autocapitalize = asked.kind === 'captcha' ? 'characters' : 'none'
      label.textContent = asked.kind === 'captcha' ? 'The six letters and digits' : asked.question
      if (asked.kind === 'quiz') question.textContent = asked.question
      showChoices(texts ?? [])
      form.hidden = false
      const first = texts === undefined ? input : options.querySelector('input')
      first?.focus()
    },
  }
}
