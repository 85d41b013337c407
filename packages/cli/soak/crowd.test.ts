import { crowdOf } from '../integration/shim/crowd-suite.js';

crowdOf(30);
