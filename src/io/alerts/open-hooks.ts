import { dirname, resolve } from 'node:path'
import type { HookConfig, QuakewireHookConfig } from '../../contract/alert-config.ts'
import type { Config } from '../../contract/config.ts'
import { REMOTE_PATH, REMOTE_SOURCE_HEADER } from '../../contract/remote.ts'
import { ConfigError } from '../../domain/errors.ts'
import type { Clock } from '../../domain/ports.ts'
import { CommandHook } from './command-hook.ts'
import { FileHook } from './file-hook.ts'
import type { Hook } from './hook.ts'
import { MailHook } from './mail-hook.ts'
import { MqttHook } from './mqtt-hook.ts'
import { type Environment, withSecrets } from './secrets.ts'
import { Webhook } from './webhook.ts'

/**
 * The hooks of a configuration, with their secrets.
 *
 * @throws {ConfigError} for a secret or a file that is missing, and for a url that is none
 */
export function openHooks(config: Pick<Config, 'hooks' | 'file'>, environment: Environment, clock: Clock): Map<string, Hook> {
  const folder = dirname(config.file)
  return new Map(
    Object.entries(config.hooks).map(([name, hook]) => {
      try {
        return [name, openHook(name, withSecrets(hook, { environment, folder }), folder, clock)]
      } catch (cause) {
        if (cause instanceof ConfigError) throw cause
        const { code, message } = cause as NodeJS.ErrnoException
        // The message of a bad url would show the url, which may be a secret.
        const got = code === 'ERR_INVALID_URL' ? 'a url that is none' : message
        throw new ConfigError(`hooks.${name}: expected a hook that can be opened, got ${got}`, { hook: name }, cause)
      }
    }),
  )
}

function openHook(name: string, config: HookConfig, folder: string, clock: Clock): Hook {
  const withFiles = 'ca' in config && config.ca !== undefined ? { ...config, ca: resolve(folder, config.ca) } : config
  switch (withFiles.kind) {
    case 'webhook':
      return new Webhook(name, withFiles, clock)
    case 'quakewire':
      return quakewireHook(name, withFiles, clock)
    case 'command':
      return new CommandHook(name, withFiles)
    case 'mail':
      return new MailHook(name, withFiles)
    case 'mqtt':
      return new MqttHook(name, withFiles)
    case 'file':
      return new FileHook(name, { ...withFiles, path: resolve(folder, withFiles.path) })
  }
}

/** Another monitor takes what a web hook would get, at a path of its own, under our name. */
function quakewireHook(name: string, { url, as, token, ...config }: QuakewireHookConfig, clock: Clock): Webhook {
  const headers = {
    [REMOTE_SOURCE_HEADER]: as,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const target = new URL(REMOTE_PATH, url).href
  return new Webhook(name, { ...config, kind: 'webhook', url: target, template: 'json', headers }, clock)
}
