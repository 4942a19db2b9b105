import { z } from 'zod'

/** GET /api/model/kernels: every layer with its weights; values are float32, row-major. */
export const modelKernelsSchema = z
  .object({
    model: z.string(),
    layers: z.array(
      z.object({
        name: z.string(),
        kind: z.string().meta({ description: '`conv1d`, `dense`, …' }),
        /** Rows and channels of what it gives, for one window. */
        output: z.tuple([z.int().positive(), z.int().positive()]),
        weights: z.array(
          z.object({
            name: z.string().meta({ description: '`kernel`, `bias`, …' }),
            shape: z
              .array(z.int().positive())
              .meta({ description: 'conv1d kernel: [taps, inputs, filters]; dense: [inputs, units]' }),
            values: z.array(z.number()),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'ModelKernels' })

export type ModelKernels = z.infer<typeof modelKernelsSchema>
