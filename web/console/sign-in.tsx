import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { SignedIn } from '../../contract/console/session.ts'
import { call } from './call.ts'
import { Button } from './parts/button.tsx'
import { Field } from './parts/field.tsx'
import { Notice } from './parts/notice.tsx'
import { session, sessionOver } from './session.ts'
import { useShared } from './shared-value.ts'
import { useAction } from './use-action.ts'

export function SignIn(): JSX.Element {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const over = useShared(sessionOver)
  const form = useRef<HTMLFormElement>(null)
  const signIn = useAction(() => call<SignedIn>('POST', '/api/session', { name, password }))
  useEffect(() => {
    document.title = 'Sign in · Sluice ops'
    form.current?.querySelector('input')?.focus()
  }, [])
  return (
    <main class="sign-in">
      <p class="mark">Sluice ops</p>
      <form
        ref={form}
        onSubmit={async (event) => {
          event.preventDefault()
          const found = await signIn.run()
          setPassword('')
          if (found === undefined) return
          sessionOver.set(false)
          session.set(found)
        }}
      >
        <h1>Sign in</h1>
        {over && signIn.error === undefined && (
          <Notice tone="warn">Your session is over. Sign in again; you come back to where you were.</Notice>
        )}
        {signIn.error !== undefined && <Notice tone="bad">{signIn.error}</Notice>}
        <Field
          label="Name"
          name="name"
          value={name}
          onInput={setName}
          autoComplete="username"
          error={signIn.refused?.field('name')}
          required
        />
        <Field
          label="Password"
          name="password"
          type="password"
          value={password}
          onInput={setPassword}
          autoComplete="current-password"
          error={signIn.refused?.field('password')}
          required
        />
        <Button type="submit" kind="primary" busy={signIn.busy}>
          Sign in
        </Button>
      </form>
      <p class="hint">
        Who may sign in is added on the command line:
        <code>sluice operator add NAME --role operator</code>
      </p>
    </main>
  )
}
