export { Metadata as GrpcMetadata } from '@grpc/grpc-js';
export * from './bytes-message.js';
export * from './engine-proxy.js';
export * from './fake-buildkit.js';
export * from './fake-engine.js';
export * from './fault-proxy.js';
export * from './forward-proxy.js';
export * from './grpc-proxy.js';
export * from './http2-front.js';
export type { ListenAddress } from './listen.js';
export * from './old-solve.js';
export {
  type BidiHandler,
  GrpcError,
  type RawCall,
  type StreamHandler,
  type UnaryHandler,
} from './raw-grpc.js';
export * from './raw-grpc-client.js';
export * from './session-tunnel.js';
