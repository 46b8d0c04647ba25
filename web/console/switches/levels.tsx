import type { JSX } from 'preact'
import type { ShownSwitches } from '../../../contract/console/switch.ts'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { Panel } from '../parts/panel.tsx'

interface LevelsProps {
  found: ShownSwitches
  /** Absent: whoever looks may not set it. */
  onPick: ((level: number) => void) | undefined
}

/** The levels of degradation, each with all that it changes; the one in force stands out. */
export function Levels({ found, onPick }: LevelsProps): JSX.Element {
  const set = found.switches.find(({ name }) => name === 'level')?.set
  const byHand = Number(set?.after ?? 0) || 0
  const auto = found.switches.find(({ name }) => name === 'auto')?.value !== false
  return (
    <Panel
      title="Level"
      aside={
        auto
          ? `rules on load may raise it, to 3 at most; now they ask for ${found.autoLevel}`
          : 'rules on load may not raise it'
      }
    >
      <ol class="levels">
        {found.levels.map(({ level, name, values }) => (
          <li key={level} class={level === found.level ? 'level in-force' : 'level'}>
            <p class="level-name">
              <strong>
                {level} {name}
              </strong>
              {level === found.level && <Badge tone={level === 0 ? 'good' : 'warn'}>in force</Badge>}
            </p>
            <ul>
              {Object.entries(values).map(([one, value]) => (
                <li key={one}>
                  {one} <strong>{value}</strong>
                </li>
              ))}
              {Object.keys(values).length === 0 && <li>nothing is taken away</li>}
            </ul>
            {level === byHand ? (
              <span class="hint">{set === undefined ? 'nobody set another' : 'set by hand'}</span>
            ) : (
              onPick && (
                <Button small onClick={() => onPick(level)} label={`Set level ${level} ${name}`}>
                  Set
                </Button>
              )
            )}
          </li>
        ))}
      </ol>
    </Panel>
  )
}
