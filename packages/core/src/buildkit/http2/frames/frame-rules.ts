import { ConnectionFault, Http2Code } from './faults.js';
import { FrameFlag, FrameType, priorityBytes } from './frames.js';
import { maxFrameBytes } from './limits.js';

interface FrameRule {
  readonly name: string;
  /** Whether the frame belongs to a stream, to the connection, or to either. */
  readonly about: 'stream' | 'connection' | 'either';
  readonly fits: (payloadBytes: number, flags: number) => boolean;
}

const anySize = () => true;

/** What a frame has to have before its content: the length of its padding, a priority. */
function prefixBytes(flags: number): number {
  return (flags & FrameFlag.PADDED ? 1 : 0) + (flags & FrameFlag.PRIORITY ? priorityBytes : 0);
}

/** RFC 9113 §6. */
const rules: Readonly<Record<number, FrameRule>> = {
  [FrameType.DATA]: {
    name: 'DATA',
    about: 'stream',
    fits: (bytes, flags) => bytes >= prefixBytes(flags & FrameFlag.PADDED),
  },
  [FrameType.HEADERS]: {
    name: 'HEADERS',
    about: 'stream',
    fits: (bytes, flags) => bytes >= prefixBytes(flags),
  },
  [FrameType.PRIORITY]: { name: 'PRIORITY', about: 'stream', fits: (bytes) => bytes === 5 },
  [FrameType.RST_STREAM]: { name: 'RST_STREAM', about: 'stream', fits: (bytes) => bytes === 4 },
  [FrameType.SETTINGS]: {
    name: 'SETTINGS',
    about: 'connection',
    fits: (bytes, flags) => (flags & FrameFlag.ACK ? bytes === 0 : bytes % 6 === 0),
  },
  [FrameType.PUSH_PROMISE]: { name: 'PUSH_PROMISE', about: 'stream', fits: anySize },
  [FrameType.PING]: { name: 'PING', about: 'connection', fits: (bytes) => bytes === 8 },
  [FrameType.GOAWAY]: { name: 'GOAWAY', about: 'connection', fits: (bytes) => bytes >= 8 },
  [FrameType.WINDOW_UPDATE]: {
    name: 'WINDOW_UPDATE',
    about: 'either',
    fits: (bytes) => bytes === 4,
  },
  [FrameType.CONTINUATION]: { name: 'CONTINUATION', about: 'stream', fits: anySize },
};

/** Throws when a frame of a known type cannot be right by its head alone; also for any that is too large. */
export function checkFrameHead(
  type: number,
  flags: number,
  streamId: number,
  payloadBytes: number,
): void {
  const rule = rules[type];
  if (payloadBytes > maxFrameBytes || (rule && !rule.fits(payloadBytes, flags))) {
    throw new ConnectionFault(
      Http2Code.FRAME_SIZE_ERROR,
      `a ${rule?.name ?? `type ${type}`} frame has a payload of ${payloadBytes} bytes`,
    );
  }
  if (!rule || rule.about === 'either') return;
  if ((rule.about === 'stream') !== (streamId !== 0)) {
    throw new ConnectionFault(
      Http2Code.PROTOCOL_ERROR,
      `a ${rule.name} frame came on stream ${streamId}`,
    );
  }
}
