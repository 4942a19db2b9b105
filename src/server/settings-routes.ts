import type { FastifyInstance } from 'fastify'
import { settingsChangeSchema } from '../contract/what-if.ts'
import { checked } from './query.ts'
import type { SettingsView } from './tuning-view.ts'

/** Trigger and coincidence in the configuration file: what it says, what a change would look like, and the change itself. */
export function addSettingsRoutes(server: FastifyInstance, settings: SettingsView): void {
  server.get('/api/settings/trigger', () => settings.read())
  server.post('/api/settings/trigger', (request) => {
    const { hash, ...change } = checked(settingsChangeSchema, request.body)
    return hash === undefined ? settings.propose(change) : settings.write(change, hash)
  })
}
