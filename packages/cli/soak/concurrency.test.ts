import { crowdOf } from '../integration/docker/concurrency-suite.js';

crowdOf(30);
