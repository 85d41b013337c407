import { crowdOf } from './concurrency-suite.js';

crowdOf(10);
