import { crowdOf } from './crowd-suite.js';

crowdOf(10);
