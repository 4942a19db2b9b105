import { connect, type Socket } from 'node:net'

/** What a server sent, in order. */
export type ServerItem =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'packet'
      readonly sequence: number
      readonly record: Uint8Array
      readonly station?: string
      readonly format?: string
    }
  | { readonly kind: 'info'; readonly text: string; readonly isError: boolean; readonly isLast: boolean }
  | { readonly kind: 'end' }

/**
 * A SeedLink client for tests of the server: types commands, waits for what comes, checks every byte. Slow and plain on purpose; it
 * shares no code with the real client.
 */
export class SeedlinkTestClient {
  readonly items: ServerItem[] = []
  readonly #socket: Socket
  #pending = Buffer.alloc(0)
  #isClosed = false
  #waiters: (() => void)[] = []

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => {
      this.#pending = Buffer.concat([this.#pending, chunk])
      this.#parse()
      this.#wake()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#isClosed = true
      this.#wake()
    })
  }

  static async connect(port: number): Promise<SeedlinkTestClient> {
    const socket = connect({ host: '127.0.0.1', port })
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return new SeedlinkTestClient(socket)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Bytes that are no complete item. */
  get leftover(): number {
    return this.#pending.length
  }

  get texts(): string[] {
    return this.items.flatMap((item) => (item.kind === 'text' ? [item.text] : []))
  }

  get packets(): Extract<ServerItem, { kind: 'packet' }>[] {
    return this.items.flatMap((item) => (item.kind === 'packet' ? [item] : []))
  }

  get infos(): Extract<ServerItem, { kind: 'info' }>[] {
    return this.items.flatMap((item) => (item.kind === 'info' ? [item] : []))
  }

  get ends(): number {
    return this.items.filter(({ kind }) => kind === 'end').length
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes)
  }

  /** Types a command and waits for its one line of reply. */
  async ask(command: string): Promise<string> {
    const before = this.texts.length
    this.write(`${command}\r\n`)
    await this.until(() => this.texts.length > before)
    return this.texts[before] as string
  }

  /** HELLO has two lines. */
  async hello(): Promise<string[]> {
    this.write('HELLO\r\n')
    await this.until(() => this.texts.length >= 2)
    return this.texts.slice(0, 2)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  halfClose(): void {
    this.#socket.end()
  }

  /** Vanishes as a crashed client does. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    this.#socket.destroy()
    await this.untilClosed()
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#isClosed) throw new Error(`the server closed the connection; it had sent ${JSON.stringify(this.texts)}`)
      await new Promise<void>((resolve) => this.#waiters.push(resolve))
    }
  }

  async untilEnd(): Promise<void> {
    await this.until(() => this.ends > 0)
  }

  async untilClosed(): Promise<void> {
    while (!this.#isClosed) await new Promise<void>((resolve) => this.#waiters.push(resolve))
  }

  #wake(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter()
  }

  #parse(): void {
    for (let item = this.#next(); item; item = this.#next()) this.items.push(item)
  }

  #next(): ServerItem | undefined {
    const bytes = this.#pending
    const start = bytes.toString('latin1', 0, 8)
    if (/^SL([0-9A-F]{6}|INFO [ *])/.test(start)) return this.#take(520, () => v3Item(bytes))
    if (/^SE(2D|3D|2L|3L|JI|JE)/.test(start)) {
      if (bytes.length < 17) return undefined
      return this.#take(17 + bytes[16]! + bytes.readUInt32LE(4), () => v4Item(bytes))
    }
    if (start.startsWith('END') && !start.startsWith('ENDE\r')) return this.#take(3, () => ({ kind: 'end' }))
    const end = bytes.indexOf('\r\n')
    if (end < 0 || /^S[LE]?$/.test(start)) return undefined
    return this.#take(end + 2, () => ({ kind: 'text', text: bytes.toString('latin1', 0, end) }))
  }

  #take(length: number, make: () => ServerItem): ServerItem | undefined {
    if (this.#pending.length < length) return undefined
    const item = make()
    this.#pending = this.#pending.subarray(length)
    return item
  }
}

function v3Item(bytes: Buffer): ServerItem {
  const record = Uint8Array.from(bytes.subarray(8, 520))
  const head = bytes.toString('latin1', 0, 8)
  if (!head.startsWith('SLINFO')) return { kind: 'packet', sequence: Number.parseInt(head.slice(2), 16), record }
  const offset = bytes.readUInt16BE(8 + 44)
  const length = bytes.readUInt16BE(8 + 30)
  return {
    kind: 'info',
    text: bytes.toString('utf8', 8 + offset, 8 + offset + length),
    isError: bytes.toString('latin1', 8 + 15, 8 + 18) === 'ERR',
    isLast: head.endsWith(' '),
  }
}

function v4Item(bytes: Buffer): ServerItem {
  const format = bytes.toString('latin1', 2, 4)
  const begin = 17 + bytes[16]!
  const payload = bytes.subarray(begin, begin + bytes.readUInt32LE(4))
  if (format.startsWith('J')) return { kind: 'info', text: payload.toString('utf8'), isError: format === 'JE', isLast: true }
  const sequence = Number(bytes.readBigUInt64LE(8))
  return { kind: 'packet', sequence, record: Uint8Array.from(payload), station: bytes.toString('latin1', 17, begin), format }
}
