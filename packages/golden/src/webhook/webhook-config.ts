/** Where a secret is read from when the endpoint starts; 16 bytes at least, a line end after it does not count. */
export type WebhookSecret = { readonly file: string } | { readonly env: string };

/** Who may ask for golden builds of a project, and when they do. */
export type WebhookConfig =
  | {
      readonly provider: 'github' | 'gitlab';
      /** Pushes to it and merges into it make a golden. */
      readonly branch: string;
      readonly secret: WebhookSecret;
    }
  | {
      readonly provider: 'generic';
      /** When given, the payload's `branch` must be it. */
      readonly branch?: string | undefined;
      readonly secret: WebhookSecret;
    };

/** Whose webhooks are understood. */
export type ProviderName = WebhookConfig['provider'];
