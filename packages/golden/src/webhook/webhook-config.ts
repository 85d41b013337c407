/** Where to read a webhook's secret from: 16 bytes or more, without the line end after it. */
export type WebhookSecret = { readonly file: string } | { readonly env: string };

/** Who may trigger golden builds of a project, and when. */
export type WebhookConfig =
  | {
      readonly provider: 'github' | 'gitlab';
      /** The branch whose pushes and merges trigger a build. */
      readonly branch: string;
      readonly secret: WebhookSecret;
    }
  | {
      readonly provider: 'generic';
      /** The branch that the payload must name; default: any. */
      readonly branch?: string | undefined;
      readonly secret: WebhookSecret;
    };

/** Whose webhooks are understood. */
export type ProviderName = WebhookConfig['provider'];
