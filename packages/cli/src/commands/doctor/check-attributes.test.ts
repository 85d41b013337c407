import { expect, it } from 'vitest';
import { attributesFinding, checkAttributes } from './check-attributes.js';

it('says that attributes are sent where the package for them is installed', async () => {
  expect(await checkAttributes()).toEqual(attributesFinding(true));
});

it('says what is left out without it, and what to do', () => {
  const { level, text } = attributesFinding(false);
  expect(level).toBe('ok');
  expect(text).toMatch(/setcap.* are left out; .*install @napi-rs\/xattr/);
});
