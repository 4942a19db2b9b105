import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DetectionWire } from '../../src/contract/detection.ts'
import type { DetectionsAnswer } from '../../src/contract/http.ts'
import { MonitoredArchive } from '../helpers/monitored-archive.ts'
import { browserOfFile, type Visitor } from '../helpers/visitor.ts'

const { visit } = browserOfFile()

const NAME = '<img src=x onerror=alert(1)> & Co'

describe('a detection', () => {
  let archive: MonitoredArchive
  let visitor: Visitor
  let closed: DetectionWire

  beforeAll(async () => {
    archive = await MonitoredArchive.start({ stations: 2, minutes: 10 })
    await archive.untilEnded()
    const answer = await fetch(`${archive.url}/api/detections?state=closed`)
    const { detections } = (await answer.json()) as DetectionsAnswer
    closed = detections[0] as DetectionWire
    visitor = await visit(`${archive.url}/#/detections`)
  })

  afterAll(async () => {
    await visitor.leave()
    await archive.stop()
  })

  it('opens from the table by keyboard, with its relevance over the traces', async () => {
    await visitor.page.getByRole('table', { name: /Detections/ }).waitFor()
    await visitor.page.keyboard.press('j')
    await visitor.page.keyboard.press('Enter')
    await visitor.page.getByRole('img', { name: /over the relevance of the best window/ }).waitFor()
    await visitor.expectAccessible()
  })

  it('has the same score, to the last bit, when it is replayed', async () => {
    await visitor.goTo(`#/detections/${encodeURIComponent(closed.id)}`)
    await visitor.page.getByRole('button', { name: 'Replay this detection' }).click()
    await visitor.page.getByText('The same bits.').waitFor()
  })

  it('is explained by another rule when asked', async () => {
    await visitor.page.getByRole('button', { name: 'Explain' }).click()
    await visitor.page.getByRole('button', { name: 'Back to the stored one' }).waitFor()
  })

  it('is labelled by one key, under the name that is asked for once', async () => {
    await visitor.page.keyboard.press('1')
    await visitor.page.getByLabel('Name or initials').fill(NAME)
    await visitor.page.getByRole('button', { name: 'Go on' }).click()
    await visitor.page.getByText(`earthquake, said ${NAME}`).waitFor()
    await visitor.page.keyboard.press('3')
    await visitor.page.getByText(`noise, said ${NAME}`).waitFor()
  })

  it('keeps its label over a power cut', async () => {
    await archive.killMonitor()
    await archive.startMonitor()
    await visitor.page.reload()
    await visitor.page.getByText(`noise, said ${NAME}`).waitFor()
    await visitor.page.getByText('History (2)').waitFor()
  })

  it('shows at once what somebody else says it is', async () => {
    await fetch(`${archive.url}/api/detections/${encodeURIComponent(closed.id)}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ label: 'blast', by: 'somebody else' }),
    })
    await visitor.page.getByText('blast, said somebody else').waitFor()
    await visitor.page.getByText('History (3)').waitFor()
  })

  it('is told by another monitor, on the screen of health', async () => {
    await visitor.goTo('#/health')
    await visitor.page.getByRole('heading', { name: /Alerts from other monitors/ }).waitFor()
    const time = '2026-01-01T00:00:00.000000Z'
    const alert = {
      ...{
        type: 'alert',
        key: 'k',
        rule: 'strong',
        severity: 'critical',
        kind: 'detection',
        subject: 's',
        state: 'open',
        phase: 'begin',
      },
      ...{
        isUpdate: false,
        isEscalation: false,
        time,
        stations: ['XX_FAR'],
        instruments: ['XX_FAR_00_HH'],
        title: 'Far away <b>shakes</b>',
      },
      ...{ plannedAt: time, sentAt: time, attempt: 1, details: null },
    }
    const told = await fetch(`${archive.url}/api/remote`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-quakewire-source': 'north' },
      body: JSON.stringify(alert),
    })
    expect(await told.json()).toEqual({ taken: 1 })
    await visitor.page.getByRole('row', { name: /north.*Far away <b>shakes<\/b>/ }).waitFor()
    await visitor.goTo(`#/detections/${encodeURIComponent(closed.id)}`)
  })

  it('goes away as a miniSEED file', async () => {
    const [download] = await Promise.all([
      visitor.page.waitForEvent('download'),
      visitor.page.getByRole('link', { name: 'miniSEED' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/\.mseed$/)
  })

  it('says so when it is not in the store', async () => {
    await visitor.goTo('#/detections/nonsense')
    await visitor.page.getByText('There is no such detection in this store: nonsense').waitFor()
  })

  it('is not found by a filter that nothing passes, and the page says which', async () => {
    await visitor.goTo('#/detections?from=1999-01-01T00:00:00Z&to=1999-01-02T00:00:00Z')
    await visitor.page.getByText(/No detection/).waitFor()
  })

  it('asks nothing from elsewhere, and complains of nothing but what was not there', () => {
    const unexpected = visitor.complaints.filter((text) => !/404|WebSocket|ERR_CONNECTION/.test(text))
    expect(unexpected).toEqual([])
    expect(visitor.foreignRequests).toEqual([])
  })
})
