import { call } from './call.ts'
import { find } from './paint-desk.ts'

/** Tokens live in an HttpOnly cookie that the server sets: this page never sees one and stores none. */
export interface SignIn {
  /** A call was answered 401: shows the box, or where to sign in when the shop does that elsewhere. */
  needed(): Promise<void>
  hide(): void
}

/** Only on a developer's machine is asking worth a request for every page view; elsewhere a 401 comes first. */
const onThisMachine = /^(localhost|.*\.localhost|127\.0\.0\.1|\[::1\])$/.test(location.hostname)

/** The development sign-in. `onSignedIn` is called with the new buyer. */
export function signInBox(onSignedIn: (user: string) => void): SignIn {
  const box = find('#sign-in')
  const form = find<HTMLFormElement>('#sign-in-form')
  const name = find<HTMLInputElement>('#sign-in-name')
  const error = find('#sign-in-error')
  const elsewhere = find('#sign-in-elsewhere')
  const who = find<HTMLButtonElement>('#who')

  function signedIn(user: string): void {
    who.textContent = user
    who.title = `Signed in as ${user}. Sign in as someone else`
    who.hidden = false
    name.value = user
  }

  function show(form_: boolean): void {
    box.hidden = false
    form.hidden = !form_
    elsewhere.hidden = form_
    if (form_) name.focus()
  }

  /** Asks whether there is a development sign-in, and who is signed in. */
  async function ask(): Promise<boolean> {
    const answer = await call<{ user: string | null }>('GET', '/dev/sign-in')
    if (answer.kind !== 'ok') return false
    who.hidden = false
    if (answer.body.user !== null) signedIn(answer.body.user)
    return true
  }

  who.addEventListener('click', () => {
    if (box.hidden) show(true)
    else box.hidden = true
  })

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const user = name.value.trim()
    const answer = await call('POST', '/dev/sign-in', { user })
    error.hidden = answer.kind === 'ok'
    if (answer.kind !== 'ok') {
      error.textContent =
        answer.kind === 'lost' ? 'No answer. Please try again.' : 'Use letters and digits, without spaces.'
      return
    }
    box.hidden = true
    signedIn(user)
    onSignedIn(user)
  })

  if (onThisMachine) void ask()
  return {
    needed: async () => show(await ask()),
    hide: () => {
      box.hidden = true
    },
  }
}
