import { useTestbed } from './use-testbed.js';

/** What a test file starts besides belongs to its worker's testbed, and is swept with it. */
process.env.WARMDOCK_TESTBED_DIR = useTestbed().dir;
