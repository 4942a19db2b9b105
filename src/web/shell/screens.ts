import type { Component } from 'svelte'
import type { MonitorState } from '../feed/monitor-state.svelte.ts'

export interface Screen {
  /** First part of the path. */
  readonly name: string
  readonly title: string
  /** In the navigation; others are reached from within. */
  readonly isListed: boolean
  /** Loaded when first opened: the live screen should not wait for what it does not need. */
  readonly load: () => Promise<{ default: Component<{ monitor: MonitorState }> }>
}

export const SCREENS: readonly Screen[] = [
  { name: '', title: 'Live', isListed: true, load: () => import('../live/live-screen.svelte') },
  { name: 'stations', title: 'Station', isListed: false, load: () => import('../live/station-screen.svelte') },
  { name: 'detections', title: 'Detections', isListed: true, load: () => import('../detections/detections-screen.svelte') },
  { name: 'events', title: 'Events', isListed: true, load: () => import('../events/events-screen.svelte') },
  { name: 'what-if', title: 'What if', isListed: true, load: () => import('../what-if/what-if-screen.svelte') },
  { name: 'model', title: 'Model', isListed: true, load: () => import('../model/model-screen.svelte') },
  { name: 'health', title: 'Health', isListed: true, load: () => import('../health/health-screen.svelte') },
  { name: 'wall', title: 'Wall display', isListed: false, load: () => import('../live/wall-screen.svelte') },
]
