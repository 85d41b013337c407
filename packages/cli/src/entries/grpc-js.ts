/**
 * The parts of `@grpc/grpc-js` that `@warmdock/core` uses, bundled into a file of their own: a program
 * loads it only when this client is asked for.
 */
export {
  CallCredentials,
  Channel,
  ChannelCredentials,
  connectivityState,
  Metadata,
} from '@grpc/grpc-js';
