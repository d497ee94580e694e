const kept = new Map();

// Style sheets, fonts and icons: the platform's own, fetched once and served from this service's address.
export function assets(gateway) {
  return async (path) => {
    if (!kept.has(path)) {
      const response = await fetch(gateway + path, { signal: AbortSignal.timeout(10000) });
      if (!response.ok) return { status: 404, type: 'text/plain', body: 'not found' };
      kept.set(path, { type: response.headers.get('content-type'), body: Buffer.from(await response.arrayBuffer()), cache: 'public, max-age=3600' });
    }
    return kept.get(path);
  };
}
