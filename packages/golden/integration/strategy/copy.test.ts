import { testStrategy } from './strategy-suite.js';

testStrategy('copy', ['ext4']);
