export { makeReadOnly, smallDisk } from '@warmdock/testkit';
