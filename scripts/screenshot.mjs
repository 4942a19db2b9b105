/**
 * Makes the README's screenshot from the running demo: `npm run screenshot` (needs Chromium: CHROMIUM, or Debian's
 * /usr/bin/chromium). Plays the demo at real time and waits until two minutes of traces and the first detections are there.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { buildIfStale } from './build.mjs'
import { CHROMIUM_FLAGS, findChromium } from './chromium.mjs'
import { root, say } from './steps.mjs'

const WAIT_MILLIS = 125_000

buildIfStale()
const demo = spawn(process.execPath, ['dist/main.js', 'demo', '--listen', '127.0.0.1:0'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const url = await addressOf(demo)
  const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS })
  const page = await browser.newPage({ viewport: { width: 1280, height: 1020 }, colorScheme: 'dark' })
  await page.goto(url)
  say(`Watching ${url} for two minutes`)
  await page.waitForTimeout(WAIT_MILLIS)
  await page.click('aside button')
  await page.waitForSelector('aside svg')
  await page.screenshot({ path: join(root, 'scripts/screenshot.png') })
  await browser.close()
  say('scripts/screenshot.png written')
} finally {
  demo.kill('SIGTERM')
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
