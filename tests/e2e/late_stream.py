"""A stream of answers that comes late, as through a proxy or on a busy machine."""


def late_stream(ms: int = 40) -> str:
    """JavaScript that runs before the page's: each piece comes so much later than what else the server says."""
    return f"""{{ const plain = window.fetch;
window.fetch = async (...asked) => {{
  const answer = await plain(...asked);
  if (!String(asked[0].url ?? asked[0]).includes('/queue/data')) return answer;
  const hold = async (piece, out) => {{ await new Promise((done) => setTimeout(done, {ms})); out.enqueue(piece); }};
  return new Response(answer.body.pipeThrough(new TransformStream({{ transform: hold }})), answer);
}}; }}"""
