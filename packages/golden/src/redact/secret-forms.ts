/** Shorter secrets look like other text once they are encoded. */
const minEncodedBytes = 4;

/** Line lengths at which programs break base64. */
const base64Widths = [64, 76];

/** Lines of nothing but these are layout, such as a brace or a rule. */
const hasSubstance = /[\p{L}\p{N}]/u;

/**
 * A secret in all forms in which programs print it: as it is, line by line, within JSON, shell
 * commands and addresses, and in base64, also with other text around it.
 */
export function encodedForms(secret: string): Set<string> {
  if (secret.trim() === '') return new Set();
  const plain = new Set([secret, secret.trim(), ...linesOf(secret)]);
  const forms = new Set([...plain].flatMap((text) => [text, ...quotedForms(text)]));
  if (Buffer.byteLength(secret) >= minEncodedBytes) {
    for (const text of [...urlForms(secret), ...base64Forms(secret)]) forms.add(text);
  }
  forms.delete('');
  return forms;
}

function linesOf(secret: string): string[] {
  const lines = secret.split('\n').map((line) => line.trim());
  return lines.length > 1 ? lines.filter((line) => hasSubstance.test(line)) : [];
}

function quotedForms(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const ofGo = json.replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
  return [json, ofGo, text.replaceAll("'", "'\\''"), text.replaceAll("'", `'"'"'`)];
}

/** Percent-encoding by RFC 3986 and HTML forms, with hexadecimal digits in both cases. */
function urlForms(text: string): string[] {
  const loose = encodeURIComponent(Buffer.from(text).toString());
  const strict = loose.replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const spaced = [loose, strict].flatMap((form) => [form, form.replaceAll('%20', '+')]);
  return spaced.flatMap((form) => [form, form.replace(/%../g, (code) => code.toLowerCase())]);
}

/**
 * Base64 turns three bytes into four letters: text before the secret shifts it by up to two bytes.
 */
function base64Forms(text: string): string[] {
  const whole = Buffer.from(text).toString('base64').replace(/=+$/, '');
  const padded = Buffer.from(text).toString('base64');
  const forms = [padded, whole, ...[0, 1, 2].map((shift) => withoutEdges(text, shift))];
  const broken = base64Widths.flatMap((width) => piecesOf(whole, width));
  return [...forms, ...broken].flatMap((form) => [
    form,
    form.replaceAll('+', '-').replaceAll('/', '_'),
  ]);
}

/** Drops the letters that also depend on bytes around the secret. */
function withoutEdges(text: string, shift: number): string {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]);
  const [first, end] = [Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6)];
  return bytes.toString('base64').slice(first, end);
}

function piecesOf(text: string, width: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += width) pieces.push(text.slice(at, at + width));
  return pieces.length > 1 ? pieces.filter(({ length }) => length >= minEncodedBytes) : [];
}
