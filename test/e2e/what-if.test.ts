import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { utc } from '../../src/web/ui/format.ts'
import { quakewire } from '../helpers/command-line.ts'
import { healthOf } from '../helpers/live-run.ts'
import { MonitoredArchive } from '../helpers/monitored-archive.ts'
import { browserOfFile, type Visitor } from '../helpers/visitor.ts'

const { visit } = browserOfFile()

describe('what if', () => {
  let archive: MonitoredArchive
  let visitor: Visitor

  beforeAll(async () => {
    archive = await MonitoredArchive.start({ stations: 3, minutes: 20 })
    await archive.untilEnded()
    visitor = await visit(`${archive.url}/#/what-if`)
  })

  afterAll(async () => {
    await visitor.leave()
    await archive.stop()
  })

  /** Of the run with the settings in the file: the slow way, through network and trigger once more. */
  async function evaluated(): Promise<number> {
    const { code, stdout, stderr } = await quakewire(
      'evaluate',
      '--continuous',
      join(archive.folder, 'sds'),
      '--catalog',
      join(archive.folder, 'catalogue.csv'),
      '--config',
      archive.configFile,
      '--json',
    )
    expect(code, stderr).toBe(0)
    return (JSON.parse(stdout) as { detections: number }).detections
  }

  const counted = async () => {
    const row = visitor.page.getByRole('row', { name: /^Detections/ })
    const [inForce, asked] = await row.getByRole('cell').locator('b').allInnerTexts()
    return { inForce: Number(inForce), asked: Number(asked) }
  }

  it('counts with the settings in force what the monitor and `evaluate` count', async () => {
    // The page may have come before the last of the data.
    const { dataTime } = await healthOf(archive.url)
    await visitor.page
      .locator('dl time')
      .filter({ hasText: utc(dataTime as string) })
      .first()
      .waitFor()
    await visitor.page.getByRole('button', { name: 'Up to now' }).click()
    await visitor.page.getByRole('row', { name: /^Detections/ }).waitFor()
    const detections = await evaluated()
    await expect.poll(counted).toEqual({ inForce: detections, asked: detections })
  })

  it('counts with other settings what `evaluate` counts once they are in the file, which it shows and writes', async () => {
    await visitor.page.getByLabel('Off threshold', { exact: true }).fill('0.9995')
    await visitor.page.keyboard.press('Tab')
    await visitor.page.getByLabel('On threshold', { exact: true }).fill('0.9996')
    await visitor.page.keyboard.press('Tab')
    const before = await counted()
    await expect.poll(async () => (await counted()).asked).not.toBe(before.inForce)
    await visitor.page.getByRole('button', { name: 'Show the change' }).click()
    await visitor.page
      .getByText(/\+.*0\.9996/)
      .first()
      .waitFor()
    await visitor.page.getByRole('button', { name: 'Write this' }).click()
    await visitor.page.getByText(/^Written\./).waitFor()
    const detections = await evaluated()
    await expect.poll(async () => (await counted()).asked).toBe(detections)
  })

  it('is quiet', () => visitor.expectQuiet())
})
