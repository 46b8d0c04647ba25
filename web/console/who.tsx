import type { JSX } from 'preact'
import type { SignedIn } from '../../contract/console/session.ts'
import { call } from './call.ts'
import { Badge } from './parts/badge.tsx'
import { Button } from './parts/button.tsx'
import { session } from './session.ts'
import { useAction } from './use-action.ts'

/** Who is signed in, and behind it the ways out, in the browser's own popover: Escape or a click elsewhere closes it. */
export function Who({ who }: { who: SignedIn }): JSX.Element {
  const signOut = useAction((from: 'here' | 'everywhere') =>
    call('DELETE', from === 'here' ? '/api/session' : '/api/sessions'),
  )
  const leave = async (from: 'here' | 'everywhere') => {
    await signOut.run(from)
    session.set(undefined)
  }
  return (
    <div class="who">
      <button type="button" class="button quiet" popoverTarget="ways-out" title="Sign out">
        <span class="name">{who.name}</span>
        <Badge tone={who.role === 'operator' ? 'accent' : 'plain'}>{who.role}</Badge>
        <span aria-hidden="true">▾</span>
      </button>
      <div id="ways-out" popover="auto">
        <Button busy={signOut.busy} onClick={() => leave('here')}>
          Sign out
        </Button>
        <Button busy={signOut.busy} onClick={() => leave('everywhere')}>
          Sign out everywhere
        </Button>
      </div>
    </div>
  )
}
