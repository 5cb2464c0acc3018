import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { builtin } from './builtin.js';

/**
 * Lets the live generation answer a stream: head, body, trailers and interim answers pass in both directions as they
 * come, and so does a reset.
 */
export function relay(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  ended: boolean,
  to: ClientHttp2Session,
): ClientHttp2Stream | null {
  if (isOver(stream)) return null;
  const { constants } = builtin('node:http2');
  let said: IncomingHttpHeaders = {};
  let answered: IncomingHttpHeaders = {};
  const request = to.request(headers, { endStream: ended, ...(ended ? {} : { waitForTrailers: true }) });
  stream.on('trailers', (trailers) => (said = trailers));
  request.on('wantTrailers', () => {
    if (!request.destroyed && !request.closed) request.sendTrailers(said);
  });
  if (!ended) stream.pipe(request);
  request.on('headers', (interim) => {
    if (!stream.headersSent && !isOver(stream)) stream.additionalHeaders(interim);
  });
  request.on('trailers', (trailers) => (answered = trailers));
  request.on('response', (head, flags) => {
    if (isOver(stream)) return;
    stream.on('wantTrailers', () => {
      if (!isOver(stream)) stream.sendTrailers(answered);
    });
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(head, { endStream, waitForTrailers: !endStream, sendDate: false } as object);
    if (!endStream) request.pipe(stream);
  });
  // What is told by an error is told by 'close' too.
  request.on('error', () => {});
  stream.on('error', () => {});
  request.once('close', () => {
    if (isOver(stream)) return;
    if (request.rstCode !== constants.NGHTTP2_NO_ERROR) stream.close(request.rstCode);
    else if (!stream.headersSent) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  });
  stream.once('close', () => {
    if (!request.closed) request.close(stream.rstCode);
  });
  return request;
}

/** Nothing can be said on it any more; node throws where one tries. */
function isOver(stream: ServerHttp2Stream): boolean {
  return stream.destroyed || stream.closed;
}
