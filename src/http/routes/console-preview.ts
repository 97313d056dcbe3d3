// POST /console/preview
import { Type } from 'typebox'
import type { PreviewPicture } from '../../services/preview-picture.js'
import { PreviewSchema } from '../../wire/console.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

/** A picture that a browser cannot open, or may not fetch, in a form in which it can show it. */
export function consolePreviewEndpoint (previewPicture: PreviewPicture): Endpoint {
  return defineEndpoint({
    name: 'previewPicture',
    path: '/console/preview',
    methods: ['POST'],
    tag: 'console',
    summary: 'A picture as a browser can show it',
    access: 'token',
    images: ['image'],
    options: Type.Object({}),
    content: PreviewSchema,
    example: { width: 4032, height: 3024, picture: '/9j/4AAQSkZJRgABAQAAAQABAAD/LgKKKBhRRRQAUUUUAf/Z' },
    handle: ({ images, work }) => previewPicture(images.image, work)
  })
}
