// What the conversion tells whoever runs the build.

/** A model cannot be made; the message says which file or operation, what was expected and what to do. */
export class ConversionError extends Error {
  override readonly name = 'ConversionError'
}
