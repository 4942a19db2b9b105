import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

  it('loads nothing from elsewhere and leaves nothing in the console', () => {
    visitor.expectQuiet()
  })

  it('breaks no rule of accessibility', async () => {
    await visitor.expectAccessible()
  })

  it('says so when there is no such screen', async () => {
    await visitor.goTo('#/nonsense')
    await visitor.page.getByText('There is no such screen.').waitFor()
    expect(await visitor.page.title()).toBe('Not found · Quakewire')
  })
})
