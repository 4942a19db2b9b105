/** What this browser remembers. Keys are prefixed, values JSON; a browser without storage forgets, and that is all. */
const PREFIX = 'quakewire.'

export type Theme = 'system' | 'light' | 'dark'

export class Preferences {
  theme = $state<Theme>(read('theme', 'system'))
  /** Who labels and acknowledges. */
  operator = $state<string>(read('operator', ''))
  /** Never on before somebody clicked: browsers would not play it either. */
  sound = $state(false)
  /** Of the sound, 0 to 1. */
  volume = $state<number>(read('volume', 0.5))
  notifications = $state<boolean>(read('notifications', false))

  constructor() {
    $effect.root(() => {
      $effect(() => {
        write('theme', this.theme)
        document.documentElement.setAttribute('data-theme', this.theme)
      })
      $effect(() => write('operator', this.operator))
      $effect(() => write('notifications', this.notifications))
      $effect(() => write('volume', this.volume))
    })
  }
}

function read<T>(name: string, fallback: T): T {
  try {
    const text = localStorage.getItem(PREFIX + name)
    return text === null ? fallback : (JSON.parse(text) as T)
  } catch {
    return fallback
  }
}

function write(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value))
  } catch {
    // Full or forbidden: what was set holds until the page is closed.
  }
}

export const preferences = new Preferences()
