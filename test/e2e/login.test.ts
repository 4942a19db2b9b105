import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MonitoredArchive } from '../helpers/monitored-archive.ts'
import { browserOfFile, type Visitor } from '../helpers/visitor.ts'

const { visit } = browserOfFile()

describe('a monitor that wants a token', () => {
  let archive: MonitoredArchive
  let visitor: Visitor

  beforeAll(async () => {
    archive = await MonitoredArchive.start({ stations: 1, minutes: 2, environment: { QUAKEWIRE_TOKEN: 'a secret; "quoted"' } })
    visitor = await visit(archive.url)
  })

  afterAll(async () => {
    await visitor.leave()
    await archive.stop()
  })

  it('asks for it before anything is shown', async () => {
    await visitor.page.getByLabel('Token').waitFor()
    await visitor.expectAccessible()
    expect(await visitor.page.getByRole('navigation').count()).toBe(0)
  })

  it('says when it is wrong', async () => {
    await visitor.page.getByLabel('Token').fill('a guess')
    await visitor.page.getByRole('button', { name: 'Log in' }).click()
    await visitor.page
      .getByRole('alert')
      .getByText(/expected the one in QUAKEWIRE_TOKEN, got another/)
      .waitFor()
  })

  it('shows the screens when it is right, in a cookie that no script can read', async () => {
    await visitor.page.getByLabel('Token').fill('a secret; "quoted"')
    await visitor.page.getByLabel('Token').press('Enter')
    await visitor.page.getByText('live', { exact: true }).waitFor()
    expect(await visitor.page.evaluate('document.cookie')).toBe('')
    const [cookie] = await visitor.page.context().cookies()
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
  })

  it('knows the browser again', async () => {
    await visitor.page.reload()
    await visitor.page.getByText('live', { exact: true }).waitFor()
  })
})
