import { render } from 'preact'
import { App } from './app.tsx'
import { ScreensContext } from './screen.ts'
import { SCREENS } from './screens.ts'
import './style/tokens.css'
import './style/frame.css'
import './style/who.css'
import './style/sale-head.css'
import './style/sign-in.css'
import './style/button.css'
import './style/field.css'
import './style/parts.css'
import './style/lost.css'
import './style/table.css'
import './style/confirm.css'
import './style/live.css'
import './style/live-controls.css'
import './style/charts.css'
import './style/hues.css'
import './style/register.css'
import './style/path.css'
import './style/rehearsal.css'
import './style/sales.css'
import './style/settlement.css'
import './style/settings.css'
import './style/history.css'
import './style/switches.css'
import './style/record.css'

const root = document.getElementById('console')
if (root)
  render(
    <ScreensContext.Provider value={SCREENS}>
      <App />
    </ScreensContext.Provider>,
    root,
  )
