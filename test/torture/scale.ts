/** How much of everything. Times in ms. */
export interface Scale {
  /** The mix of clients without a reload, for comparison. */
  readonly calm: number;
  /** The mix under edits: at least so long, so many rollovers and so many requests. */
  readonly rolling: number;
  readonly rollovers: number;
  readonly requests: number;
  readonly crowd: number;
  readonly ab: { readonly requests: number; readonly clients: number };
  readonly wrk: { readonly seconds: number; readonly clients: number };
  readonly h2load: { readonly requests: number; readonly clients: number };
  readonly spread: number;
  /** Rollovers behind each other after which the primary may not have grown. */
  readonly growth: number;
  /** Nothing takes longer than this. */
  readonly deadline: number;
}

export const short: Scale = {
  calm: 4_000,
  rolling: 15_000,
  rollovers: 20,
  requests: 10_000,
  crowd: 1000,
  // Those that CI installs: a look at each, since its machines are slow.
  ab: { requests: 8_000, clients: 200 },
  wrk: { seconds: 3, clients: 100 },
  h2load: { requests: 2_000, clients: 10 },
  spread: 2_000,
  growth: 60,
  deadline: 420_000,
};

export const long: Scale = {
  calm: 10_000,
  rolling: 120_000,
  rollovers: 200,
  requests: 100_000,
  crowd: 1000,
  ab: { requests: 100_000, clients: 1000 },
  wrk: { seconds: 10, clients: 400 },
  h2load: { requests: 20_000, clients: 20 },
  spread: 8_000,
  growth: 200,
  deadline: 1_800_000,
};

/** Rollovers behind each other for as long as it takes. */
export const night: Scale = { ...long, growth: 2_000, deadline: 7_200_000 };
