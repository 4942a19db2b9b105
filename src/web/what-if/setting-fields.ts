import type { CoincidenceField, TriggerField } from './asked-settings.ts'
import { THRESHOLDS } from './thresholds.ts'

interface Field<Name> {
  readonly name: Name
  readonly label: string
  readonly unit: string
  readonly hint: string
  readonly steps: readonly number[]
  readonly least: number
  readonly most: number
  readonly isWhole: boolean
}

const upTo = (last: number, by = 1, first = 0) =>
  Array.from({ length: Math.round((last - first) / by) + 1 }, (_, i) => first + i * by)

export const TRIGGER_FIELDS: readonly Field<TriggerField>[] = [
  {
    name: 'on',
    label: 'On threshold',
    unit: '',
    hint: 'a window with this score opens a detection',
    steps: THRESHOLDS,
    least: 0.001,
    most: 1,
    isWhole: false,
  },
  {
    name: 'off',
    label: 'Off threshold',
    unit: '',
    hint: 'below it the detection closes',
    steps: THRESHOLDS,
    least: 0.001,
    most: 1,
    isWhole: false,
  },
  {
    name: 'minimumSeconds',
    label: 'Minimum duration',
    unit: 's',
    hint: 'so long before it is published',
    steps: upTo(60),
    least: 0,
    most: 3600,
    isWhole: false,
  },
  {
    name: 'maximumSeconds',
    label: 'Maximum duration',
    unit: 's',
    hint: 'then it is closed',
    steps: upTo(600, 10, 10),
    least: 1,
    most: 86_400,
    isWhole: false,
  },
  {
    name: 'deadSeconds',
    label: 'Dead time',
    unit: 's',
    hint: 'from one to the next at the same instrument',
    steps: upTo(300, 5),
    least: 0,
    most: 86_400,
    isWhole: false,
  },
  {
    name: 'holdSeconds',
    label: 'Hold',
    unit: 's',
    hint: 'open so long at least, whatever the score',
    steps: upTo(60),
    least: 0,
    most: 3600,
    isWhole: false,
  },
  {
    name: 'retriggerRatio',
    label: 'Retrigger',
    unit: '×',
    hint: 'an arrival with so many times the power is another one; 0: never',
    steps: [0, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 50],
    least: 0,
    most: 1000,
    isWhole: false,
  },
  {
    name: 'retriggerSeconds',
    label: 'Retrigger after',
    unit: 's',
    hint: 'sooner after the first wave it is S',
    steps: upTo(60),
    least: 0,
    most: 3600,
    isWhole: false,
  },
]

export const COINCIDENCE_FIELDS: readonly Field<CoincidenceField>[] = [
  {
    name: 'stations',
    label: 'Stations of an event',
    unit: '',
    hint: 'so many make a network event',
    steps: upTo(20, 1, 2),
    least: 2,
    most: 1000,
    isWhole: true,
  },
  {
    name: 'withinSeconds',
    label: 'Within',
    unit: 's',
    hint: 'only where coordinates are missing',
    steps: upTo(120, 2, 2),
    least: 0.1,
    most: 900,
    isWhole: false,
  },
]
