import { testStrategy } from './strategy-suite.js';

testStrategy('btrfs', ['btrfs']);
