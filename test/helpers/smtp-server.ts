import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** Header and body. */
  readonly text: string
}

/** A mail server of a few lines (RFC 5321): takes everything, or answers MAIL FROM with what the test gives first. */
export class SmtpServer {
  readonly mails: ReceivedMail[] = []
  readonly #server: Server
  readonly #refusals: string[]

  private constructor(server: Server, refusals: readonly string[]) {
    this.#server = server
    this.#refusals = [...refusals]
    server.on('connection', (socket) => this.#converse(socket))
  }

  static async listen(...refusals: string[]): Promise<SmtpServer> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new SmtpServer(server, refusals)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.#server.close()
    await once(this.#server, 'close')
  }

  #converse(socket: Socket): void {
    let buffered = ''
    let isData = false
    let from = ''
    let to: string[] = []
    const say = (line: string) => socket.write(`${line}\r\n`)
    say('220 test')
    socket.on('error', () => {})
    socket.on('data', (part) => {
      buffered += part.toString('utf8')
      for (;;) {
        const end = buffered.indexOf(isData ? '\r\n.\r\n' : '\r\n')
        if (end < 0) return
        const text = buffered.slice(0, end)
        buffered = buffered.slice(end + (isData ? 5 : 2))
        if (isData) {
          this.mails.push({ from, to, text })
          isData = false
          say('250 taken')
          continue
        }
        const command = text.toUpperCase()
        if (command.startsWith('MAIL')) {
          from = text
          to = []
          say(this.#refusals.shift() ?? '250 ok')
        } else if (command.startsWith('RCPT')) {
          to.push(/<(.*)>/.exec(text)?.[1] ?? '')
          say('250 ok')
        } else if (command === 'DATA') {
          isData = true
          say('354 go on')
        } else if (command === 'QUIT') {
          say('221 bye')
          socket.end()
        } else say('250 ok')
      }
    })
  }
}
