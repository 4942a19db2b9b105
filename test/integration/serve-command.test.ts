import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { runCommandLine } from '../../src/cli/program.ts'
import { syntheticRecords } from '../helpers/memory-source.ts'

let folder = ''
let occupied: Server
let port = 0
let stderr = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quakewire-serve-command-'))
  writeFileSync(join(folder, 'one.mseed'), Buffer.concat(syntheticRecords({ nslc: 'XX.AAA.00.HHZ', seconds: 10 })))
  occupied = createServer()
  await new Promise<void>((resolve) => occupied.listen(0, '127.0.0.1', resolve))
  port = (occupied.address() as { port: number }).port
})

afterAll(async () => {
  rmSync(folder, { recursive: true })
  await new Promise((resolve) => occupied.close(resolve))
})

beforeEach(() => {
  stderr = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text)
    return true
  })
})

afterEach(() => void vi.restoreAllMocks())

function mseed(): string {
  return join(folder, 'one.mseed')
}

function serve(...args: string[]): Promise<number> {
  return runCommandLine(['node', 'quakewire', 'serve', ...args])
}

it.each([
  ['a path that does not exist', () => ['/missing/archive'], 2, '/missing/archive'],
  ['no path', () => [], 2, "missing required argument 'path'"],
  ['a speed of 0', () => [folder, '--speed', '0'], 2, 'above 0'],
  ['an address without a port', () => [folder, '--listen', 'localhost'], 2, 'address:port'],
  ['an address that is taken', () => [folder, '--listen', `127.0.0.1:${port}`], 3, 'choose another address with --listen'],
  ['a seed without faults', () => [folder, '--seed', '3'], 2, 'expected --faults with --seed'],
  ['a seed that is none', () => [folder, '--faults', 'default', '--seed', 'x'], 2, 'expected a whole number'],
  ['a faults file that is not there', () => [folder, '--faults', '/missing.yaml'], 2, '/missing.yaml'],
  ['a truth file that cannot be written', () => [folder, '--truth', '/missing/truth.jsonl'], 2, '/missing/truth.jsonl'],
  ['a certificate without its key', () => [folder, '--tls-cert', '/cert.pem'], 2, 'got one of them'],
  ['a certificate that is not there', () => [folder, '--tls-cert', '/cert.pem', '--tls-key', '/key.pem'], 2, '/cert.pem'],
  ['a certificate that is none', () => [folder, '--tls-cert', mseed(), '--tls-key', mseed()], 2, 'as PEM'],
  ['users that are not there', () => [folder, '--users', '/missing/users'], 2, '/missing/users'],
])('refuses %s and says why', async (_, args, exitCode, text) => {
  expect(await serve(...args())).toBe(exitCode)
  expect(stderr).toContain(text)
})
