"""A stream of answers that comes late, as through a proxy or on a busy machine."""

LATE_STREAM = """{ const plain = window.fetch;
window.fetch = async (...asked) => {
  const answer = await plain(...asked);
  if (!String(asked[0].url ?? asked[0]).includes('/queue/data')) return answer;
  const late = new TransformStream({ async transform(piece, out) { await new Promise((done) => setTimeout(done, 40)); out.enqueue(piece); } });
  return new Response(answer.body.pipeThrough(late), answer);
}; }"""
"""JavaScript that runs before the page's: each piece comes 40 ms after what else the server says."""
