// What models are for. Apart from the schemas: the settings name tasks, and every command reads the settings.

/** All tasks, in the field's words. */
export const MODEL_TASKS = [
  'object-detection', 'saliency', 'classification', 'face-detection', 'expression', 'text-detection', 'text-recognition', 'similarity'
] as const
export type ModelTask = (typeof MODEL_TASKS)[number]
