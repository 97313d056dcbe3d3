// A picture that the visitor chose: what is sent of it, and how it is shown.
import type { Preview } from '../../wire/console.js'
import { call } from '../api.js'

/** A picture and the size that answers speak of: upright, in pixels. */
export interface Picture {
  readonly name: string
  /** What is sent: the file, or the URL that the server fetches. */
  readonly part: Blob | string
  /** What an img element shows. */
  readonly src: string
  readonly width: number
  readonly height: number
}

/** What a picture can be made of. */
export type PictureInput = File | { readonly url: string } | { readonly sample: string }

/**
 * Makes a picture ready to be shown. What the browser cannot open (heic, tiff) or may not fetch (URLs) the server turns
 * into something that it can.
 * @throws ApiError in words for the visitor
 */
export async function openPicture (input: PictureInput): Promise<Picture> {
  if ('url' in input) return await openByServer(input.url.split('/').pop() || input.url, input.url)
  if (input instanceof File) return await openFile(input.name, input)
  const answer = await fetch(`samples/${input.sample}`)
  return await openFile(input.sample, await answer.blob())
}

/** Lets go of what is kept for showing the picture. */
export function forgetPicture (picture: Picture): void {
  if (picture.src.startsWith('blob:')) URL.revokeObjectURL(picture.src)
}

async function openFile (name: string, part: Blob): Promise<Picture> {
  const image = new Image()
  image.src = URL.createObjectURL(part)
  try {
    await image.decode()
    // An SVG without a size has none, and the server takes no SVG.
    if (image.naturalWidth > 0) return { name, part, src: image.src, width: image.naturalWidth, height: image.naturalHeight }
  } catch {
    // The server may be able to.
  }
  URL.revokeObjectURL(image.src)
  return await openByServer(name, part)
}

async function openByServer (name: string, part: Blob | string): Promise<Picture> {
  const { content: { width, height, picture } } = await call<Preview>('console/preview', { method: 'POST', body: formOf([['image', { name, part }]]) })
  return { name, part, src: `data:image/jpeg;base64,${picture}`, width, height }
}

/** Pictures as a form body. */
export function formOf (pictures: ReadonlyArray<readonly [parameter: string, picture: Pick<Picture, 'name' | 'part'>]>): FormData {
  const form = new FormData()
  for (const [parameter, { name, part }] of pictures) {
    if (typeof part === 'string') form.append(parameter, part)
    else form.append(parameter, part, name)
  }
  return form
}
