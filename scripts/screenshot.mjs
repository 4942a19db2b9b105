/**
 * Makes the README's pictures from the running demo, so that they stay true: `npm run screenshot` (needs Chromium: CHROMIUM, or
 * Debian's /usr/bin/chromium). Plays the demo at real time until the traces are full and some detections are closed.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { buildIfStale } from './build.mjs'
import { CHROMIUM_FLAGS, findChromium } from './chromium.mjs'
import { root, say } from './steps.mjs'

const TRACES_MILLIS = 125_000
/** For the slides of maps and traces that follow the data. */
const SETTLE_MILLIS = 3_000
const WANTED_DETECTIONS = 4

buildIfStale()
const demo = spawn(process.execPath, ['dist/main.js', 'demo', '--listen', '127.0.0.1:0'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const url = await addressOf(demo)
  const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS })
  const context = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' }
  const live = await browser.newPage({ ...context, colorScheme: 'dark' })
  await live.goto(url)
  say(`Watching ${url}: it takes some minutes`)
  await pause(TRACES_MILLIS)
  const detections = await closedDetections(url)
  await take(live, 'scripts/screenshot.png')

  const page = await browser.newPage({ ...context, colorScheme: 'light' })
  await page.goto(`${url}/#/detections/${encodeURIComponent(strongest(detections).id)}`)
  await page.getByRole('img', { name: /relevance/ }).waitFor()
  await pause(SETTLE_MILLIS)
  await take(page, 'scripts/detection.png')
  await browser.close()
} finally {
  demo.kill('SIGTERM')
}

async function take(page, path) {
  await page.screenshot({ path: join(root, path) })
  say(`${path} written`)
}

async function closedDetections(url) {
  for (;;) {
    const { detections } = await (await fetch(`${url}/api/detections?state=closed`)).json()
    if (detections.length >= WANTED_DETECTIONS) return detections
    await pause(1000)
  }
}

/** The one that is best to look at. */
function strongest(detections) {
  const snr = ({ quality }) => quality.snrDb ?? 0
  return detections.reduce((best, each) => (snr(each) > snr(best) ? each : best))
}

function addressOf(child) {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
      const match = /Open (http\S+)/.exec(text)
      if (match) resolve(match[1])
    })
    child.on('exit', (code) => reject(new Error(`the demo ended with ${code}: ${text}`)))
  })
}
