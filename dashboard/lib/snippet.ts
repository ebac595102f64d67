/** The lines that a customer pastes into a page; they queue calls until /hatua.js has loaded. */
export function installSnippet(origin: string, writeKey: string): string {
  return `<script>window.hatua = window.hatua || [];</script>
<script async src="${origin}/hatua.js" data-write-key="${writeKey}"></script>`;
}

export function curlSnippet(origin: string, writeKey: string): string {
  return `curl -X POST ${origin}/v1/capture \\
  -H 'Content-Type: application/json' -H 'X-Write-Key: ${writeKey}' \\
  -d '{"event_name":"hello","event_type":"track","anonymous_id":"my-first-visitor"}'`;
}
