import { parseGoBool } from '../../go-bool.js';
import { checkArgument } from '../../options/check-options.js';
import { text } from '../../options/checks.js';
import { type Attrs, formatKeyValues, parseKeyValues, unreadableFlag } from './key-values.js';

/** What the builder shall state about the image beside it, such as how it was made. */
export interface Attestation {
  /** BuildKit knows `provenance` and `sbom`. */
  readonly type: string;
  /** Switched off; counts against later ones of the type as well. */
  readonly disabled?: boolean | undefined;
  /** Such as `mode` of provenance and `generator` of sbom. */
  readonly attrs?: Attrs | undefined;
}

/**
 * Reads `--attest` as buildx does, `type=provenance,mode=max`; with `type` given the value of
 * `--provenance` or `--sbom`: `true`, `false`, or attributes. Throws `INVALID_ARGUMENT`.
 */
export function parseAttestation(spec: string, type?: 'provenance' | 'sbom'): Attestation {
  checkArgument('parseAttestation', 'spec', spec, text);
  const isOn = type && parseGoBool(spec);
  if (type && isOn !== undefined) return { type, disabled: !isOn };
  const flag = type ? `--${type}` : '--attest';
  const {
    type: found = type ?? '',
    disabled,
    ...attrs
  } = Object.fromEntries(parseKeyValues(spec, flag));
  if (found === '')
    throw unreadableFlag(flag, spec, 'it has no type', 'write type=provenance or type=sbom');
  const isDisabled = disabled === undefined ? false : parseGoBool(disabled);
  if (isDisabled === undefined)
    throw unreadableFlag(flag, spec, `disabled=${disabled} is neither true nor false`);
  return { type: found, ...(isDisabled && { disabled: true }), attrs };
}

/** The frontend's attributes; of several attestations of one type the first counts, as in buildx. */
export function attestAttrs(attestations: readonly Attestation[]): Record<string, string> {
  const result = new Map<string, Attestation>();
  for (const attest of attestations) if (!result.has(attest.type)) result.set(attest.type, attest);
  const asked = [...result.values()].filter(({ disabled }) => !disabled);
  return Object.fromEntries(
    asked.map(({ type, attrs = {} }) => {
      const sorted = Object.entries(attrs).sort(([a], [b]) => (a < b ? -1 : 1));
      return [`attest:${type}`, formatKeyValues([['type', type], ...sorted])];
    }),
  );
}
