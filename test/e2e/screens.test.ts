import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MonitoredArchive } from '../helpers/monitored-archive.ts'
import { browserOfFile, type Visitor } from '../helpers/visitor.ts'

const { visit } = browserOfFile()

/** Hash, and what shows that the screen has come. */
const SCREENS: readonly { readonly hash: string; readonly title: string }[] = [
  { hash: '#/', title: 'Live' },
  { hash: '#/detections', title: 'Detections' },
  { hash: '#/events', title: 'Events' },
  { hash: '#/what-if', title: 'What if' },
  { hash: '#/model', title: 'Model' },
  { hash: '#/health', title: 'Health' },
  { hash: '#/wall', title: 'Wall display' },
]

const VIEWERS = [
  { who: 'at a desk, light', options: { viewport: { width: 1280, height: 900 }, colorScheme: 'light' as const } },
  { who: 'at a desk, dark', options: { viewport: { width: 2560, height: 1300 }, colorScheme: 'dark' as const } },
  { who: 'with a phone', options: { viewport: { width: 390, height: 800 }, colorScheme: 'light' as const, hasTouch: true } },
]

describe('every screen', () => {
  let archive: MonitoredArchive

  beforeAll(async () => {
    archive = await MonitoredArchive.start({ stations: 5, minutes: 8 })
    await archive.untilEnded()
  })

  afterAll(() => archive.stop())

  describe.each(VIEWERS)('$who', ({ options }) => {
    let visitor: Visitor

    beforeAll(async () => {
      visitor = await visit(archive.url, options)
    })

    afterAll(() => visitor.leave())

    it.each(SCREENS)('$title: is accessible, fits the width and is quiet', async ({ hash, title }) => {
      await visitor.goTo(hash)
      await expect.poll(() => visitor.page.title()).toContain(`${title} · Quakewire`)
      await visitor.page.waitForLoadState('networkidle')
      await visitor.expectAccessible()
      const overflow = await visitor.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      expect(overflow).toBe(0)
      visitor.expectQuiet()
    })
  })
})
