import { generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bytesField, encodeBytesMessage } from '../grpc/wire-fields.js';
import { startTestSession } from './session.testing.js';
import { keyAgent, socketAgent } from './ssh/agent.js';
import { parseSshKey } from './ssh/private-key.js';
import { SshReader, sshString } from './ssh/wire.js';
import { sshAgents } from './ssh-agents.js';

const service = '/moby.sshforward.v1.SSH';
const signRequest = (publicKey: Uint8Array, data: string, flags: number) =>
  Buffer.concat([
    Buffer.from([13]),
    sshString(publicKey),
    sshString(data),
    Buffer.from([0, 0, 0, flags]),
  ]);

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Asks an agent one question after the other on one connection, as a step of a build does. */
async function ask(agents: Parameters<typeof sshAgents>[0], id: string, questions: Buffer[]) {
  const { caller } = await startTestSession([sshAgents(agents)]);
  const call = caller.bidi(`${service}/ForwardAgent`, { 'buildkit.ssh.id': [id] });
  const bytes = Buffer.concat(questions.map(sshString));
  // In pieces, as a stream may bring them.
  for (const part of [bytes.subarray(0, 3), bytes.subarray(3)])
    call.write(encodeBytesMessage(part));
  call.end();
  const answers: Buffer[] = [];
  for await (const message of call) answers.push(bytesField(message as Buffer, 1));
  const reader = new SshReader(Buffer.concat(answers));
  return questions.map(() => reader.string());
}

describe('an agent of keys', () => {
  it.each([
    ['Ed25519', generateKeyPairSync('ed25519'), 0, 'ssh-ed25519', null],
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }), 2, 'rsa-sha2-256', 'sha256'],
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }), 4, 'rsa-sha2-512', 'sha512'],
  ] as const)('lists %s and signs with it', async (_type, pair, flags, algorithm, hash) => {
    const key = parseSshKey(pem(pair.privateKey), 'key');
    const agents = new Map([['mine', keyAgent([key])]]);
    const questions = [Buffer.from([11]), signRequest(key.publicKey, 'data', flags)];
    const [list, answer] = await ask(agents, 'mine', questions);
    const listed = new SshReader((list as Buffer).subarray(1));
    expect([list?.[0], listed.uint32(), listed.string()]).toEqual([12, 1, key.publicKey]);
    expect(answer?.[0]).toBe(14);
    const signature = new SshReader(new SshReader(answer?.subarray(1) as Buffer).string());
    expect(signature.text()).toBe(algorithm);
    expect(verify(hash, Buffer.from('data'), pair.publicKey, signature.string())).toBe(true);
  });

  it('signs with ECDSA', () => {
    for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
      const hash = { 'P-256': 'sha256', 'P-384': 'sha384', 'P-521': 'sha512' }[namedCurve];
      const key = parseSshKey(pem(privateKey), 'key');
      const reader = new SshReader(key.sign(Buffer.from('data'), 0));
      expect(reader.text()).toMatch(/^ecdsa-sha2-nistp/);
      const numbers = new SshReader(reader.string());
      const width = Math.ceil(Number(namedCurve.slice(2)) / 8);
      const both = [numbers.number(), numbers.number()].map((number) =>
        Buffer.concat([Buffer.alloc(width - number.length), number]),
      );
      const asked = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
      expect(verify(hash, Buffer.from('data'), asked, Buffer.concat(both))).toBe(true);
    }
  });

  it('fails for keys that it does not hold, and for everything else', async () => {
    const key = parseSshKey(pem(generateKeyPairSync('ed25519').privateKey), 'key');
    const agents = new Map([['default', keyAgent([key])]]);
    const questions = [
      signRequest(Buffer.from('other'), 'data', 0),
      Buffer.from([13, 0, 0, 0, 9]),
      Buffer.from([17]),
      Buffer.from([19]),
      Buffer.from([27, 0, 0, 0, 1, 65]),
    ];
    expect(await ask(agents, '', questions)).toEqual(questions.map(() => Buffer.from([5])));
  });
});

describe('an agent on a socket', () => {
  it('is asked for what is harmless, and for nothing else', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'warmdock-agent-'));
    const path = join(directory, 'socket');
    const asked: Buffer[] = [];
    const server = createServer((socket) =>
      socket.on('data', (data) => {
        asked.push(data.subarray(4));
        socket.write(sshString(Buffer.from([12, 0, 0, 0, 0])));
      }),
    );
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => {
      server.close();
      rmSync(directory, { recursive: true });
    });
    const questions = [Buffer.from([19]), Buffer.from([11])];
    const answers = await ask(new Map([['default', socketAgent(path)]]), 'default', questions);
    expect(answers).toEqual([Buffer.from([5]), Buffer.from([12, 0, 0, 0, 0])]);
    expect(asked).toEqual([Buffer.from([11])]);
  });

  it('that is gone fails the connection', async () => {
    const agents = new Map([['default', socketAgent('/nowhere/agent')]]);
    await expect(ask(agents, 'default', [Buffer.from([11])])).rejects.toThrow(/\/nowhere\/agent/);
  });
});

describe('agents are found by id', () => {
  it.each([
    ['', true],
    ['default', true],
    ['other', false],
  ])('%j', async (id, isThere) => {
    const { caller } = await startTestSession([sshAgents(new Map([['default', keyAgent([])]]))]);
    const request = encodeBytesMessage(Buffer.from(id));
    const checking = caller.unary(`${service}/CheckAgent`, request);
    if (isThere) expect(await checking).toHaveLength(0);
    else await expect(checking).rejects.toMatchObject({ code: 5 });
  });

  it('and a message that is too large ends the connection', async () => {
    const { caller } = await startTestSession([sshAgents(new Map([['default', keyAgent([])]]))]);
    const call = caller.bidi(`${service}/ForwardAgent`, {});
    call.write(encodeBytesMessage(Buffer.from([0xff, 0, 0, 0])));
    await expect(
      (async () => {
        for await (const _ of call);
      })(),
    ).rejects.toThrow();
  });
});

const opensshEd25519 = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACCQRBIKRJKd2QaixXjUtg9EYW+fxFycVMPI4zpdPFPCawAAAIi+wwSVvsME
lQAAAAtzc2gtZWQyNTUxOQAAACCQRBIKRJKd2QaixXjUtg9EYW+fxFycVMPI4zpdPFPCaw
AAAECnYg5jZmUrlsRwvBfSh6B4M4AbANIGcxoubnQ4ZG81opBEEgpEkp3ZBqLFeNS2D0Rh
b5/EXJxUw8jjOl08U8JrAAAABHRlc3QB
-----END OPENSSH PRIVATE KEY-----
`;
const opensshRsa = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAlwAAAAdzc2gtcn
NhAAAAAwEAAQAAAIEAz7Y+BDN1EzKsHyDxrXOJAQn+qSTuCC2dnkPSpLYJqzTXKVZtvXjt
OAPI7cHjlD+nW7ZfgI+4mnZpJ0n6h+s+B341+w99Tb0KuE4lIWozI19vUkv78q+0deEZ3C
RA4ye2uKxoTuK4KA/Alb0vcuRA9S6ZhCAgyCQ6LDQ3Yup8yw0AAAH46NpMJOjaTCQAAAAH
c3NoLXJzYQAAAIEAz7Y+BDN1EzKsHyDxrXOJAQn+qSTuCC2dnkPSpLYJqzTXKVZtvXjtOA
PI7cHjlD+nW7ZfgI+4mnZpJ0n6h+s+B341+w99Tb0KuE4lIWozI19vUkv78q+0deEZ3CRA
4ye2uKxoTuK4KA/Alb0vcuRA9S6ZhCAgyCQ6LDQ3Yup8yw0AAAADAQABAAAAgQC3Xithig
vQ5usMkAjLFzPbtvcaW3/HuH1tOnK69fmTKxLHa4V1v0usJ6s6OfCu74LPdDDbTgWqVt59
0NFbLFGUtKPsFpisq1Yo1p2hWrD48KgOQTdAeFFNNWhyQeQL6wRDEvw7tBLQqHpMEA59q2
Vm8hhAAP4f5MkDJvp6TCZ4AQAAAEBGsAbqCwHUM3kbFlZlAs2yF4/Qpil0yO/gRBKOx0XA
r0naDHEVtbtKaZPZSP7MSAdE6w2eFNPYz9PFGNNKLO42AAAAQQDqZIKOR99YfZqNvWajoZ
QbfEzy6R6/xUmeVAieNKwCKXMob0QibcXlSE0oewsye6LZpI+xaH3IBudAWwK0Z047AAAA
QQDi3BZDdAA3Op6vqynRiCCslQIM30fVPHVLB+qOulBImGUhJN7tQLv05jXYRMTjvU+t4X
n8CbPVgYj87us5509XAAAAAXQB
-----END OPENSSH PRIVATE KEY-----
`;
const opensshEcdsa = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS
1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQSNpH6CPc6FTMq7JC/BdP91TsmlyFQQ
IPS3X3WITN4tcNcnVbnOPcAia/ivUnGXp17n8QzirQ2pdEl4YovGB4keAAAAoGS8vJ1kvL
ydAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBI2kfoI9zoVMyrsk
L8F0/3VOyaXIVBAg9LdfdYhM3i1w1ydVuc49wCJr+K9ScZenXufxDOKtDal0SXhii8YHiR
4AAAAhAINOVPjRFX2EmUhhNi8jZbtyToxWRE9TaD6B9My3T9wuAAAABHRlc3QBAgM=
-----END OPENSSH PRIVATE KEY-----
`;
const locked = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABAzHcgTzk
O+UqLpsbJixL/NAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIJrza6SHoDJvVDj4
rTuy294k6+Q1GeUeGssZQ5o4Imx9AAAAkCZO45+h2d9deF2Sgs16j7X5XK128kG4Kp9oZm
9tqlznT1o6e/KK2s0SIcRClJ9+F6ymKlqiRj5q4lwDvUZBcUPuez0O/iL3E4loxW2GmdNq
6to8TJg+Mq39XKCi0M807fRVmOK6iwbVeGLPKXsgkUAAvNHRC3FWwnp8Sb4N5RNDLgxpxG
sGnZmpXvlYCLSFoA==
-----END OPENSSH PRIVATE KEY-----
`;

describe('keys in the form of OpenSSH', () => {
  it.each([
    [
      'Ed25519',
      opensshEd25519,
      'AAAAC3NzaC1lZDI1NTE5AAAAIJBEEgpEkp3ZBqLFeNS2D0Rhb5/EXJxUw8jjOl08U8Jr',
    ],
    [
      'RSA',
      opensshRsa,
      'AAAAB3NzaC1yc2EAAAADAQABAAAAgQDPtj4EM3UTMqwfIPGtc4kBCf6pJO4ILZ2eQ9KktgmrNNcpVm29eO04A8jtweOUP6dbtl+Aj7iadmknSfqH6z4HfjX7D31NvQq4TiUhajMjX29SS/vyr7R14RncJEDjJ7a4rGhO4rgoD8CVvS9y5ED1LpmEICDIJDosNDdi6nzLDQ==',
    ],
    [
      'ECDSA',
      opensshEcdsa,
      'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBI2kfoI9zoVMyrskL8F0/3VOyaXIVBAg9LdfdYhM3i1w1ydVuc49wCJr+K9ScZenXufxDOKtDal0SXhii8YHiR4=',
    ],
  ])('of type %s are read', (_type, text, publicKey) => {
    const key = parseSshKey(text, 'key');
    expect(key.publicKey.toString('base64')).toBe(publicKey);
    expect(key.sign(Buffer.from('data'), 4).length).toBeGreaterThan(64);
  });

  it.each([
    ['a passphrase', locked],
    ['no key', 'nothing'],
    ['a cut key', opensshEd25519.replace(/(BEGIN.*\n.{40}).*\n/, '$1\n')],
  ])('with %s are refused', (_what, text) => {
    expect(() => parseSshKey(text, '/the/key')).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});
