import { z } from 'zod';

/** The file that makes a folder a store. */
export const markerSchema = z.object({
  format: z.literal(1),
  id: z.uuid(),
  strategy: z.enum(['layer-link', 'btrfs', 'zfs', 'reflink', 'copy']),
  reason: z.string(),
  createdAt: z.iso.datetime(),
});

export type Marker = z.infer<typeof markerSchema>;
