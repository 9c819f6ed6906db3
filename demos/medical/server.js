// Talking to the server: answers, errors in its words, bytes as they arrive, files on their way out.

const root = new URL('.', import.meta.url);
const OURS = { 'X-Triptych': '1' };

export class Told extends Error {} // its message is meant for the visitor

export const address = (...parts) => new URL([pageLanguage, ...parts.map(encodeURIComponent)].join('/'), root).href;

export async function ask(url, method = 'GET', signal = undefined) {
  const response = await fetch(url, { method, headers: OURS, signal });
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  throw Object.assign(new Told(typeof told.detail === 'string' ? told.detail : response.statusText), { status: response.status });
}

export const askJson = async (...args) => (await ask(...args)).json();

// A known number of bytes, told about as they arrive.
export async function bytes(url, length, told, signal) {
  const response = await ask(url, 'GET', signal), reader = response.body.getReader(), found = new Uint8Array(length);
  for (let at = 0; ;) {
    const { done, value } = await reader.read();
    if (done) {
      if (at !== length) throw new Error(`${at} bytes of ${length}`);
      return found;
    }
    found.set(value, at);
    at += value.length;
    told?.(at / length);
  }
}

// fetch cannot tell how much of a file has gone.
export function send(url, file, told, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => { request.abort(); reject(new DOMException('', 'AbortError')); };
    request.open('PUT', url);
    request.setRequestHeader('X-Triptych', '1');
    request.upload.onprogress = ({ loaded, total }) => told(total ? loaded / total : 1);
    request.onload = () => {
      if (request.status < 300) return resolve();
      let detail = request.statusText;
      try { detail = JSON.parse(request.responseText).detail || detail; } catch { /* not JSON: the status has to do */ }
      reject(new Told(detail));
    };
    request.onerror = () => reject(new TypeError('network'));
    signal?.addEventListener('abort', stop, { once: true });
    request.send(file);
  });
}

// The page is going: a beacon is all that still gets through.
export const sayGoodbye = (token) => navigator.sendBeacon(address(token, 'end'));
