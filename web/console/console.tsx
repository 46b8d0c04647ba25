import { render } from 'preact'
import { App } from './app.tsx'
import { ScreensContext } from './screen.ts'
import { SCREENS } from './screens.ts'
import './style/tokens.css'
import './style/frame.css'
import './style/controls.css'
import './style/parts.css'
import './style/live.css'
import './style/register.css'
import './style/path.css'
import './style/sales.css'
import './style/settlement.css'
import './style/settings.css'
import './style/switches.css'

const root = document.getElementById('console')
if (root)
  render(
    <ScreensContext.Provider value={SCREENS}>
      <App />
    </ScreensContext.Provider>,
    root,
  )
