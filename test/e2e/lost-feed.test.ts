import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DetectionsAnswer } from '../../src/contract/http.ts'
import { MonitoredArchive } from '../helpers/monitored-archive.ts'
import { browserOfFile, type Visitor } from '../helpers/visitor.ts'

const { visit } = browserOfFile()

describe('a page whose monitor goes away and comes back', () => {
  let archive: MonitoredArchive
  let visitor: Visitor

  beforeAll(async () => {
    archive = await MonitoredArchive.start({ stations: 2, minutes: 12, speed: 30 })
    visitor = await visit(archive.url)
  })

  afterAll(async () => {
    await visitor.leave()
    await archive.stop()
  })

  const shownDetections = () =>
    visitor.page
      .getByRole('complementary', { name: 'Detections' })
      .getByRole('link')
      .evaluateAll((links) =>
        links.map((link) => link.getAttribute('href') ?? '').filter((href) => href.startsWith('#/detections/')),
      )

  it('shows detections as they come', async () => {
    await expect.poll(async () => (await shownDetections()).length, { timeout: 60_000 }).toBeGreaterThan(0)
  })

  it('says at once that the monitor is gone', async () => {
    await archive.killMonitor()
    await visitor.page.getByText('monitor not reachable, trying again').waitFor()
  })

  it('is live again by itself, with every detection of the time between, each once', async () => {
    await archive.startMonitor()
    await visitor.page.getByText('live', { exact: true }).waitFor()
    await archive.untilEnded()
    const { detections } = (await (await fetch(`${archive.url}/api/detections`)).json()) as DetectionsAnswer
    expect(detections.length).toBeGreaterThan(2)
    const expected = detections.map(({ id }) => `#/detections/${encodeURIComponent(id)}`).sort()
    await expect.poll(async () => (await shownDetections()).sort()).toEqual(expected)
  })
})
