// An endpoint as a value: routes only declare; register-endpoint.ts gives the declaration its life.
import type { Static, TObject, TSchema } from 'typebox'
import type { Work } from '../services/work.js'

/** What an endpoint's handler is given. */
export interface Call<I extends string, O extends TObject> {
  /** The bytes of each picture, by parameter name. */
  readonly images: Readonly<Record<I, Buffer>>
  readonly options: Static<O>
  /** The address that asks, as far as the settings let it be believed. */
  readonly address: string
  readonly work: Work
  /** A request header; undefined where it is absent. */
  header(name: string): string | undefined
}

export type Method = 'GET' | 'POST'

/** One function of the API, declared. */
export interface Endpoint<I extends string = string, O extends TObject = TObject, C extends TSchema = TSchema> {
  /** Last part of the path, as documented; also its name in metrics and in the OpenAPI document. */
  readonly name: string
  /** The whole path, for what the hosted service does not have; else it lives where that has its functions. */
  readonly path?: string
  /** GET and POST, as the hosted service has it, if not given. */
  readonly methods?: readonly Method[]
  /** Its chapter of the documentation; `image` if not given. */
  readonly tag?: 'image' | 'operation'
  readonly summary: string
  /** Whether a token is needed. */
  readonly access: 'token' | 'public'
  /** Names of the parameters that hold pictures. With any, the handler runs while holding a slot of the CPU budget. */
  readonly images: readonly I[]
  /** Bytes that the work holds of each picture beyond decoding it, for each of its pixels; none if not given. */
  readonly memoryPerPixel?: number
  /** Schema of the other parameters. */
  readonly options: O
  /** Request headers that are part of the call, with their meaning. */
  readonly headers?: Readonly<Record<string, string>>
  /** Schema of the content, in documented key order. */
  readonly content: C
  /** The documented content. */
  readonly example: Static<C>
  readonly handle: (call: Call<I, O>) => Promise<Static<C>>
}

/** Checks a declaration and forgets its particular types, so that endpoints can stand in one list. */
export function defineEndpoint<const I extends string, O extends TObject, C extends TSchema> (endpoint: Endpoint<I, O, C>): Endpoint {
  return endpoint as unknown as Endpoint
}
