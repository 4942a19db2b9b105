import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DetectionAnswer, DetectionsAnswer } from '../../src/contract/http.ts'
import { CommandLine } from '../helpers/command-line.ts'
import { browserOfFile, type Visitor } from '../helpers/visitor.ts'

const { visit } = browserOfFile()

describe('the first minute with the demo', () => {
  let demo: CommandLine
  let visitor: Visitor

  beforeAll(async () => {
    demo = new CommandLine(['demo', '--listen', '127.0.0.1:0', '--speed', '10'])
    const [, url] = await demo.shows(/Open (http\S+)/)
    visitor = await visit(url as string)
  })

  afterAll(async () => {
    await visitor.leave()
    await demo.kill('SIGINT')
  })

  it('says that it is live, and that what it shows is synthetic', async () => {
    await visitor.page.getByText('live', { exact: true }).waitFor()
    await visitor.page.getByText('demo: synthetic earthquakes').waitFor()
  })

  it('shows the first detection without being asked', async () => {
    const detections = visitor.page.getByRole('region', { name: 'Latest detections' }).getByRole('listitem')
    await detections.first().getByText(/UTC/).waitFor()
  })

  it('tells the monitor when it drew a detection, and shows what each step took', async () => {
    const drawn = async () => {
      const { detections } = (await (await fetch(`${visitor.url}/api/detections`)).json()) as DetectionsAnswer
      for (const { id } of detections) {
        const answer = await fetch(`${visitor.url}/api/detections/${encodeURIComponent(id)}`)
        const { journeys } = (await answer.json()) as DetectionAnswer
        if (journeys.some(({ state, screens }) => state === 'open' && screens.some(({ shown }) => shown))) return { id, journeys }
      }
      return undefined
    }
    await expect.poll(drawn, { timeout: 60_000, interval: 500 }).toBeDefined()
    const { id, journeys } = (await drawn()) as { id: string; journeys: DetectionAnswer['journeys'] }
    const [opening] = journeys
    const [screen] = opening?.screens ?? []
    expect(opening?.storeSeconds).toBeGreaterThan(0)
    expect(screen?.sentSeconds).toBeGreaterThan(0)
    expect(screen?.shown?.seconds).toBeGreaterThan(-(screen?.shown?.uncertaintySeconds ?? 0))
    await visitor.goTo(`#/detections/${encodeURIComponent(id)}`)
    const budget = visitor.page.getByRole('table', { name: 'Latency', exact: true })
    await budget.getByText('handed to the socket of this page').waitFor()
    await budget
      .getByRole('row', { name: /sent → shown/ })
      .getByText(/ms ± /)
      .first()
      .waitFor()
    await visitor.goTo('#/health')
    await visitor.page
      .getByRole('region', { name: 'How long detections take' })
      .getByRole('row', { name: /sent → shown/ })
      .waitFor()
  })

  it('loads nothing from elsewhere and leaves nothing in the console', () => {
    visitor.expectQuiet()
  })

  it('breaks no rule of accessibility', async () => {
    await visitor.goTo('#/')
    await visitor.expectAccessible()
  })

  it('says so when there is no such screen', async () => {
    await visitor.goTo('#/nonsense')
    await visitor.page.getByText('There is no such screen.').waitFor()
    expect(await visitor.page.title()).toBe('Not found · Quakewire')
  })
})
