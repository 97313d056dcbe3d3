// Types of heic-decode 2.1, which has none of its own: what is used here.
declare module 'heic-decode' {
  interface HeicImage {
    readonly width: number
    readonly height: number
    /** RGBA, row-major, not premultiplied, with the file's own rotation applied. */
    decode (): Promise<{ readonly width: number, readonly height: number, readonly data: Uint8ClampedArray<ArrayBuffer> }>
  }

  interface HeicImages extends ReadonlyArray<HeicImage> {
    dispose (): void
  }

  interface HeicDecode {
    /** The top-level images of a file; no pixels are made yet. */
    all (input: { readonly buffer: Uint8Array }): Promise<HeicImages>
  }

  const heicDecode: HeicDecode
  export default heicDecode
}
