/** A line of `/proc/PID/mountinfo`; see proc_pid_mountinfo(5). */
export interface MountEntry {
  readonly id: string;
  readonly parent: string;
  /** `major:minor` of the file system. */
  readonly device: string;
  /** The mounted path of the file system: not `/` for bind mounts and subvolumes. */
  readonly root: string;
  /** The mount point, as seen from the process's root. */
  readonly point: string;
  readonly type: string;
  /** Mount options of the file system; an overlay's name its layers. */
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
