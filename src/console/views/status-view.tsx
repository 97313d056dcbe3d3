// How the server is, and which model serves what.
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { ServerStatus } from '../../wire/console.js'
import type { Models } from '../../wire/models.js'
import { addressOf } from '../api.js'
import { formatBytes, formatUptime } from '../format.js'
import { Fold } from '../parts/fold.js'
import { LoadFault, useLoaded } from '../parts/loaded.js'

const REFRESH_MS = 5000

const TASK_WORDS: Readonly<Record<string, string>> = {
  'object-detection': 'Objects',
  classification: 'Labels',
  'text-detection': 'Text: finding lines',
  'text-recognition': 'Text: reading lines',
  saliency: 'Heat map',
  'face-detection': 'Faces, for labels',
  expression: 'Expressions, for labels',
  similarity: 'Similarity'
}

export function StatusView (): JSX.Element {
  const status = useLoaded<ServerStatus>('console/status')
  const models = useLoaded<Models>('compute/v1/models')
  useEffect(() => {
    const timer = setInterval(() => { if (!document.hidden) status.reload() }, REFRESH_MS)
    return () => clearInterval(timer)
  }, [status.reload])
  return (
    <>
      <LoadFault loaded={status} />
      {status.content !== undefined && <Facts status={status.content} />}
      <h2>Models</h2>
      <LoadFault loaded={models} />
      {models.content !== undefined && <Serving models={models.content} />}
    </>
  )
}

function Facts ({ status }: { readonly status: ServerStatus }): JSX.Element {
  const { version, uptimeS, slots, busy, waiting, docs, metrics, fetch, maxImageBytes } = status
  return (
    <>
      <dl class='pairs'>
        <dt>Version</dt><dd>{version}</dd>
        <dt>Up for</dt><dd>{formatUptime(uptimeS)}</dd>
        <dt>At work</dt><dd>{busy} of {slots} {slots === 1 ? 'place' : 'places'}, {waiting === 0 ? 'nothing waits' : `${waiting} ${waiting === 1 ? 'waits' : 'wait'}`}</dd>
        <dt>Pictures</dt><dd>up to {formatBytes(maxImageBytes)}; {fetch ? 'URLs are fetched' : 'URLs are not fetched'}</dd>
      </dl>
      <p class='links'>
        {docs !== 'off' && <a href={addressOf('docs')}>API documentation</a>}
        {docs !== 'off' && <a href={addressOf('docs/json')}>OpenAPI document</a>}
        {metrics !== 'off' && <a href={addressOf('metrics')}>Metrics</a>}
        <a href={addressOf('readyz')}>Readiness</a>
      </p>
    </>
  )
}

function Serving ({ models: { models, serving } }: { readonly models: Models }): JSX.Element {
  const byId = new Map(models.map(model => [model.id, model]))
  const about = (id: string): string => byId.get(id)?.about ?? id
  const installed = models.filter(model => model.installed)
  return (
    <>
      <table class='table'>
        <caption class='unseen'>Which model serves which task</caption>
        <thead><tr><th scope='col'>Task</th><th scope='col'>Served by</th><th scope='col'>State</th><th scope='col'>Better, if it were installed</th></tr></thead>
        <tbody>
          {serving.map(({ task, model, better }) => (
            <tr key={task}>
              <th scope='row'>{TASK_WORDS[task] ?? task}</th>
              <td data-title='Served by'>{model === undefined ? <span class='aside'>no model</span> : <span title={about(model)}>{model}</span>}</td>
              <td data-title='State'>{model === undefined ? <span class='state revoked'>Missing</span> : <span class='state live'>{byId.get(model)?.loaded === true ? 'Loaded' : 'Ready'}</span>}</td>
              <td data-title='Better'>{better === undefined ? 'none' : <span><span title={about(better)}>{better}</span> <code class='aside'>compute-api models pull --set {byId.get(better)?.set}</code></span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class='aside'>Ready models are loaded by the first request that needs them.</p>
      <Fold title={`The ${installed.length} models that are installed, and their licences`}>
        <ul class='plain'>
          {installed.map(({ id, about, licences }) => <li key={id}><b>{id}</b> {about} <span class='aside'>{licences.map(({ name }) => name).join(', ')}</span></li>)}
        </ul>
      </Fold>
    </>
  )
}
