import { testStrategy } from './strategy-suite.js';

testStrategy('reflink', ['xfs', 'btrfs']);
