import type { CDPSession } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { DetectionWire } from '../../src/contract/detection.ts'
import type { DetectionsAnswer } from '../../src/contract/http.ts'
import { MonitoredArchive } from '../helpers/monitored-archive.ts'
import { browserOfFile, type Visitor } from '../helpers/visitor.ts'

const { visit } = browserOfFile()

const PHONE = { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }

/** Lets a test see what the page keeps to itself. */
const WATCHED = `
  window.contexts = []
  window.AudioContext = class extends AudioContext { constructor() { super(); window.contexts.push(this) } }
  window.told = []
  window.Notification = class extends Notification { constructor(title, options) { super(title, options); window.told.push(title) } }
`

describe('a page on a phone, and one that nobody looks at', () => {
  let archive: MonitoredArchive

  const detections = async () =>
    ((await (await fetch(`${archive.url}/api/detections`)).json()) as DetectionsAnswer).detections as readonly DetectionWire[]

  beforeAll(async () => {
    archive = await MonitoredArchive.start({ stations: 2, minutes: 14, speed: 25 })
  })

  afterAll(() => archive.stop())

  describe('a page that nobody looks at', () => {
    let visitor: Visitor

    beforeAll(async () => {
      visitor = await visit('about:blank', { permissions: ['notifications'] })
      await visitor.page.addInitScript(WATCHED)
      await visitor.page.goto(archive.url)
      await visitor.page.getByText('live', { exact: true }).waitFor()
    })

    afterAll(() => visitor.leave())

    it('sounds once somebody has clicked', async () => {
      expect(await visitor.page.evaluate('contexts.length')).toBe(0)
      await visitor.page.getByRole('button', { name: /Settings/ }).click()
      await visitor.page.getByRole('checkbox', { name: /sound, until/ }).check()
      await expect.poll(() => visitor.page.evaluate('contexts[0]?.state')).toBe('running')
    })

    it('tells the desktop and its title of the next detection', async () => {
      await visitor.page.getByRole('checkbox', { name: /notification on the desktop/ }).check()
      await visitor.page.evaluate('document.hasFocus = () => false')
      await expect.poll(() => visitor.page.evaluate('told.length'), { timeout: 40_000 }).toBeGreaterThan(0)
      expect(await visitor.page.title()).toMatch(/^\(\d+\) /)
    })
  })

  describe('a phone', () => {
    let visitor: Visitor
    let fingers: CDPSession

    beforeAll(async () => {
      const newest = await vi.waitUntil(async () => (await detections())[0], { timeout: 40_000, interval: 500 })
      visitor = await visit(`${archive.url}/#/stations/${newest.instrument}`, PHONE)
      fingers = await visitor.page.context().newCDPSession(visitor.page)
    })

    afterAll(() => visitor.leave())

    /** Fingers go from one place to another in ten steps. */
    async function move(from: readonly (readonly [number, number])[], to: readonly (readonly [number, number])[]) {
      const at = (share: number) =>
        from.map(([x, y], i) => ({
          x: x + share * ((to[i] as readonly [number, number])[0] - x),
          y: y + share * ((to[i] as readonly [number, number])[1] - y),
          id: i,
        }))
      await fingers.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) })
      for (let step = 1; step <= 10; step++) {
        await fingers.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(step / 10) })
      }
      await fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    }

    it('goes back in time when a finger draws the traces to the right', async () => {
      const box = await visitor.page.locator('.picture canvas').boundingBox()
      if (!box) throw new Error('expected a picture, got none')
      const y = box.y + box.height / 2
      await move([[box.x + 60, y]], [[box.x + 300, y]])
      await visitor.page.getByText(/stands still, up to/).waitFor()
    })

    it('shows less time when two fingers spread', async () => {
      const box = await visitor.page.locator('.picture canvas').boundingBox()
      if (!box) throw new Error('expected a picture, got none')
      const y = box.y + box.height / 2
      const span = visitor.page.getByRole('combobox', { name: 'Time shown' })
      const before = await span.evaluate((select) => (select as unknown as { value: string }).value)
      await move(
        [
          [box.x + 150, y],
          [box.x + 200, y],
        ],
        [
          [box.x + 50, y],
          [box.x + 320, y],
        ],
      )
      await expect.poll(() => span.evaluate((select) => (select as unknown as { value: string }).value)).not.toBe(before)
    })

    it('scrolls the wall and the page of a detection with one finger', async () => {
      const [newest] = await detections()
      for (const hash of [`#/detections/${encodeURIComponent(newest?.id ?? '')}`, '#/']) {
        await visitor.goTo(hash)
        await visitor.page.waitForLoadState('networkidle')
        await visitor.page.evaluate('scrollTo(0, 0)')
        await move([[200, 600]], [[200, 200]])
        await expect.poll(() => visitor.page.evaluate('scrollY')).toBeGreaterThan(100)
      }
    })
  })
})
