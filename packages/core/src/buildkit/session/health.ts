import { HealthCheckResponse } from '../../gen/session.js';
import type { Attachable } from './attachable.js';

const serving = 1;

/** BuildKit asks every five seconds and gives a session up after two missed answers. */
export const health: Attachable = {
  methods: {
    '/grpc.health.v1.Health/Check': async (call) => {
      call.write([HealthCheckResponse.encode({ status: serving }).finish()]);
    },
  },
};
