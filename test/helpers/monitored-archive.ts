import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type CommandLine, quakewire } from './command-line.ts'
import { run, serve, untilEnded } from './live-run.ts'

const MODEL = resolve(import.meta.dirname, '../../models/majstorovic-36k')

export interface MonitoredArchiveOptions {
  readonly stations: number
  readonly minutes: number
  /** × real time; default: as fast as it goes. */
  readonly speed?: number
  readonly environment?: Readonly<Record<string, string>>
}

/** A synthetic archive full of earthquakes, served, and a monitor over it that can be started again at the same address. */
export class MonitoredArchive {
  readonly folder = mkdtempSync(join(tmpdir(), 'quakewire-monitored-'))
  readonly #environment: Readonly<Record<string, string>>
  #server: CommandLine | undefined
  #monitor: CommandLine | undefined
  url = ''

  private constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment
  }

  static async start({ stations, minutes, speed, environment = {} }: MonitoredArchiveOptions): Promise<MonitoredArchive> {
    const archive = new MonitoredArchive(environment)
    await archive.#serve(
      ['--stations', String(stations), '--minutes', String(minutes)],
      speed === undefined ? 'max' : String(speed),
    )
    await archive.startMonitor()
    // From now on the same address, as a bookmark has it.
    archive.#writeConfig((text) => text.replace('"127.0.0.1:0"', `"${new URL(archive.url).host}"`))
    return archive
  }

  async startMonitor(): Promise<void> {
    const { command, url } = await run(this.configFile, this.#environment)
    this.#monitor = command
    this.url = url
  }

  /** As a power cut does. */
  async killMonitor(): Promise<void> {
    await this.#monitor?.kill('SIGKILL')
  }

  async untilEnded(): Promise<void> {
    await untilEnded(this.url)
  }

  async stop(): Promise<void> {
    await this.#monitor?.kill('SIGTERM')
    await this.#server?.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  get configFile(): string {
    return join(this.folder, 'stations.yaml')
  }

  async #serve(size: readonly string[], speed: string): Promise<void> {
    const { code, stderr } = await quakewire('synth', '--out', this.folder, ...size, '--events-per-hour', '60')
    if (code !== 0) throw new Error(`synth ended with ${code}: ${stderr}`)
    const { command, port } = await serve([join(this.folder, 'sds')], '--speed', speed)
    this.#server = command
    this.#writeConfig((text) =>
      [
        text.replace(':18000', `:${port}`).replace(/^model: .*/m, `model: ${MODEL}`),
        'store: { file: quakewire.db }',
        'http: { listen: "127.0.0.1:0" }',
      ].join('\n'),
    )
  }

  #writeConfig(change: (text: string) => string): void {
    writeFileSync(this.configFile, change(readFileSync(this.configFile, 'utf8')))
  }
}
