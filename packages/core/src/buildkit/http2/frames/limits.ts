/**
 * The largest payload of a frame that we take: what every peer may send (RFC 9113 §6.5.2).
 *
 * gRPC peers use no more whatever is offered to them.
 */
export const maxFrameBytes = 16_384;

/**
 * The largest header list that we take, compressed and not: that of gRPC for Go, which buildx uses.
 *
 * A failed build's status carries the Dockerfile twice, in base64, in one trailer: this is enough
 * for one of 6 MB.
 */
export const maxHeaderListBytes = 16 * 1024 * 1024;

/** Frames a header block may come in: enough for the largest list in pieces of 4 KB. */
export const maxHeaderFragments = 4096;

/** Answers (acknowledgements, resets) that may wait for a peer that does not read. */
export const maxUnsentReplies = 1000;

/** Frames that carry nothing: so many at once, and so many a second after that. */
export const futileFrames = { burst: 1000, perSecond: 100 };

/** What we let the byte stream hold unsent: enough to keep it busy, little enough for answers to overtake the rest. */
export const maxUnsentBytes = 256 * 1024;

/** What a stream may hold unsent before its writer is asked to wait. */
export const maxQueuedBytes = 64 * 1024;

/** How long the peer may take for its settings and for the acknowledgement of ours, as long as gRPC's clients wait for a connection. */
export const settingsMs = 20_000;

/** How long requests may wait until the peer has room for one of them: sessions count as broken after 30 s. */
export const freeStreamMs = 25_000;
