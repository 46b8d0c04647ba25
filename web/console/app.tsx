import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { SignedIn } from '../../contract/console/session.ts'
import { call, Refused } from './call.ts'
import { Frame } from './frame.tsx'
import { Loading } from './parts/loading.tsx'
import { Lost } from './parts/lost.tsx'
import { session } from './session.ts'
import { useShared } from './shared-value.ts'
import { SignIn } from './sign-in.tsx'

const RETRY_MS = 2_000

/** Signed in: the frame with its screen. Not: the sign-in, with the address kept for afterwards. */
export function App(): JSX.Element {
  const who = useShared(session)
  const [asked, setAsked] = useState(false)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = () =>
      call<SignedIn>('GET', '/api/session').then(
        (found) => {
          session.set(found)
          setAsked(true)
        },
        (error: unknown) => {
          // Only a refusal says that nobody is signed in; silence says nothing.
          if (error instanceof Refused) setAsked(true)
          else timer = setTimeout(ask, RETRY_MS)
        },
      )
    void ask()
    return () => clearTimeout(timer)
  }, [])
  return (
    <>
      <Lost />
      {who ? (
        <Frame who={who} />
      ) : asked ? (
        <SignIn />
      ) : (
        <main class="page">
          <Loading label="Looking who is signed in" />
        </main>
      )}
    </>
  )
}
