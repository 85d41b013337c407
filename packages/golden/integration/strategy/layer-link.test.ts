import { testStrategy } from './strategy-suite.js';

testStrategy('layer-link', ['ext4', 'xfs', 'btrfs']);
