import type { ChallengeKind } from './challenge.ts'
import { countdownParts } from './duration.ts'
import type { View } from './view.ts'

const WORDS: Record<ChallengeKind | 'coming', { headline: string; detail: string }> = {
  coming: { headline: 'One question first', detail: 'It is on its way.' },
  captcha: {
    headline: 'Type what you see',
    detail: 'It keeps programs from taking places that are meant for people.',
  },
  quiz: {
    headline: 'One question first',
    detail: 'It keeps programs from taking places that are meant for people.',
  },
  pow: {
    headline: 'Your device does a little sum',
    detail: 'It makes crowds of programs expensive. There is nothing for you to do.',
  },
}

/** What a buyer sees while the challenge stands open: ahead of the opening with the countdown, else on the way in. */
export function challengeView(kind: ChallengeKind | 'coming', opensInMs: number): View {
  const { headline, detail } = WORDS[kind]
  const early = opensInMs > 0
  const after = early ? 'Then you are ready for the opening.' : 'Your click goes on by itself right after.'
  return {
    tone: early ? 'quiet' : 'live',
    eyebrow: early ? 'Before the opening' : 'Almost in line',
    headline,
    detail: `${detail} ${after}`,
    challenge: true,
    ...(early ? { figure: { label: 'Opens in', parts: countdownParts(opensInMs) } } : {}),
  }
}
