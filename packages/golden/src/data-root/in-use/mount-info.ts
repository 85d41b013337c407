/** A line of `/proc/PID/mountinfo`; see proc_pid_mountinfo(5). */
export interface MountEntry {
  readonly id: string;
  readonly parent: string;
  /** `major:minor` of the file system. */
  readonly device: string;
  /** What of the file system is seen here: another path than `/` for bind mounts and subvolumes. */
  readonly root: string;
  /** Where, as seen from the process's root. */
  readonly point: string;
  readonly type: string;
  /** Those of the file system, as it was mounted; an overlay's name its layers. */
  readonly options: string;
}

export function parseMountInfo(text: string): MountEntry[] {
  return text.split('\n').filter(Boolean).map(parseLine);
}

/** After six fields come any number of optional ones, then a hyphen. */
function parseLine(line: string): MountEntry {
  const fields = line.split(' ');
  const [id = '', parent = '', device = '', root = '', point = ''] = fields;
  const [type = '', , options = ''] = fields.slice(fields.indexOf('-', 6) + 1);
  return {
    id,
    parent,
    device,
    root: plain(root),
    point: plain(point),
    type,
    options: plain(options),
  };
}

/** Space, tab, newline and backslash stand there as octal numbers. */
function plain(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
