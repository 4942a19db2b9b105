import type { DetectionWire } from '../../contract/detection.ts'
import type { MonitorState } from '../feed/monitor-state.svelte.ts'
import { preferences } from '../shell/preferences.svelte.ts'
import { href, router } from '../shell/router.svelte.ts'
import { Chime } from './chime.ts'
import { detectionWords } from './detection-words.ts'

export type NotificationState = 'unsupported' | 'off' | 'on' | 'denied'

/** Tells somebody who does not look that there is a detection: by sound, in the title, on the desktop. Each only when asked for. */
class Attention {
  /** Detections since somebody looked at the page. */
  unseen = $state(0)
  /** The newest detection in words, for screen readers. */
  news = $state('')
  #permission = $state<NotificationPermission | 'unsupported'>('Notification' in window ? Notification.permission : 'unsupported')
  readonly #chime = new Chime()

  /** @returns ends it */
  watch(monitor: MonitorState): () => void {
    const tell = (detection: DetectionWire) => this.#tell(detection)
    const look = () => {
      if (isLookedAt()) this.unseen = 0
    }
    monitor.onNewDetection.add(tell)
    addEventListener('focus', look)
    document.addEventListener('visibilitychange', look)
    return () => {
      monitor.onNewDetection.delete(tell)
      removeEventListener('focus', look)
      document.removeEventListener('visibilitychange', look)
    }
  }

  get notifications(): NotificationState {
    if (this.#permission === 'unsupported' || this.#permission === 'denied') return this.#permission
    return preferences.notifications && this.#permission === 'granted' ? 'on' : 'off'
  }

  /** In a click. */
  async switchSound(isOn: boolean): Promise<void> {
    if (isOn) await this.#chime.wake()
    preferences.sound = isOn
    if (isOn) this.#chime.play(preferences.volume, true)
  }

  /** Lets hear how loud it is. */
  testSound(): void {
    this.#chime.play(preferences.volume, true)
  }

  /** In a click: only then may a page ask. */
  async switchNotifications(isOn: boolean): Promise<void> {
    if (isOn && this.#permission === 'default') this.#permission = await Notification.requestPermission()
    preferences.notifications = isOn && this.#permission === 'granted'
  }

  #tell(detection: DetectionWire): void {
    this.news = `New detection: ${detectionWords(detection)}`
    if (!isLookedAt()) this.unseen++
    if (preferences.sound) this.#chime.play(preferences.volume)
    if (this.notifications === 'on' && !isLookedAt()) this.#notify(detection)
  }

  #notify(detection: DetectionWire): void {
    // One place on the desktop for all of them: the newest replaces the one before.
    const title = this.unseen > 1 ? `${this.unseen} detections` : 'Detection'
    const notification = new Notification(title, { body: detectionWords(detection), tag: 'quakewire', icon: './icon.svg' })
    notification.onclick = () => {
      window.focus()
      router.go(href(['detections', detection.id]))
      notification.close()
    }
  }
}

function isLookedAt(): boolean {
  return !document.hidden && document.hasFocus()
}

export const attention = new Attention()
