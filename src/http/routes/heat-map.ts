// POST /compute/v1/image/heatMap
import { Type } from 'typebox'
import type { DrawHeatMap } from '../../services/heat-map.js'
import { HeatMapSchema } from '../../wire/heat-map.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

/** Where people look in a picture. */
export function heatMapEndpoint (drawHeatMap: DrawHeatMap): Endpoint {
  return defineEndpoint({
    name: 'heatMap',
    summary: 'Where people look in a picture',
    access: 'token',
    images: ['image'],
    // The map is painted at the picture's size.
    memoryPerPixel: 8,
    options: Type.Object({
      style: Type.Optional(Type.Union([Type.Literal('map'), Type.Literal('overlay'), Type.Literal('gray')], {
        description: 'map (if not given): colours from black to light yellow; overlay: the same over the picture; gray: the interest itself, linear, its greatest value 255'
      })),
      quality: Type.Optional(Type.Union([Type.Literal('default'), Type.Literal('fast')], {
        description: 'fast: half the work, a little less exact; if not given, as the server is set'
      }))
    }),
    content: HeatMapSchema,
    example: { heatmap: '/9j/4AAQSkZJRgABAQAAAQABAAD/LgKKKBhRRRQAUUUUAf/Z' },
    handle: ({ images, options, work }) => drawHeatMap(images.image, options, work)
  })
}
