import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { CHROMIUM_FLAGS, findChromium } from '../../scripts/chromium.mjs'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** WCAG 2.x, levels A and AA. */
const AXE_OPTIONS = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }

interface AxeRule {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** A real browser for the tests of a file; call it once at the top. */
export function browserOfFile(): { visit: (url: string, options?: BrowserContextOptions) => Promise<Visitor> } {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS })
  })
  afterAll(() => browser.close())
  return { visit: async (url, options) => Visitor.open(browser, url, options) }
}

/** Somebody who looks at the dashboard, and notes what a person would not see: console errors and requests to elsewhere. */
export class Visitor {
  readonly page: Page
  readonly url: string
  readonly complaints: string[] = []
  readonly foreignRequests: string[] = []

  private constructor(page: Page, url: string) {
    this.page = page
    this.url = url
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text())
    })
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url())
      const isOwn = origin === new URL(url).origin || protocol === 'blob:' || protocol === 'data:'
      if (!isOwn) this.foreignRequests.push(request.url())
    })
  }

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options })
    const visitor = new Visitor(await context.newPage(), url)
    await visitor.page.goto(url)
    return visitor
  }

  /** @param hash `#/detections` */
  async goTo(hash: string): Promise<void> {
    await this.page.goto(new URL(hash, this.url).href)
  }

  /** Fails with what axe found on the page as it is now. */
  async expectAccessible(): Promise<void> {
    // Through the debugger: the page's own policy forbids foreign script.
    await this.page.evaluate(AXE)
    const violations = (await this.page.evaluate(
      `axe.run(document, ${JSON.stringify(AXE_OPTIONS)}).then((found) => found.violations)`,
    )) as AxeRule[]
    const lines = violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`))
    expect(lines).toEqual([])
  }

  expectQuiet(): void {
    expect(this.complaints).toEqual([])
    expect(this.foreignRequests).toEqual([])
  }

  async leave(): Promise<void> {
    await this.page.context().close()
  }
}
