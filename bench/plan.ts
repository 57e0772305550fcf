/** How much is measured. */
export type Plan = {
  readonly name: "full" | "quick";
  /** How often the round of all cases is made, each time in another order. */
  readonly rounds: number;
  /** How many connections ask at once. */
  readonly connections: readonly number[];
  /** How long a case is measured in one round, at each number of connections. */
  readonly sliceMs: number;
  /** How long each case runs before anything is measured. */
  readonly warmUpMs: number;
  /** How often an operation is done while what it does is counted. */
  readonly countedOperations: number;
  /** How often the start of a Worker is profiled. */
  readonly startUps: number;
  /** Numbers of open sessions, then of streams besides, at which memory is read. */
  readonly memory: {
    readonly sessions: readonly number[];
    readonly streams: readonly number[];
    /** Whether it is read once more after a rest. */
    readonly rests: boolean;
  };
  /** The longest that one phase, and the whole, may take. */
  readonly phaseLimitMs: number;
  readonly limitMs: number;
};

export const plans: Readonly<Record<Plan["name"], Plan>> = {
  full: {
    name: "full",
    rounds: 5,
    connections: [1, 16, 64],
    sliceMs: 1_500,
    warmUpMs: 2_000,
    countedOperations: 20,
    startUps: 5,
    memory: {
      sessions: [100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000],
      streams: [50, 100, 150, 200],
      rests: true,
    },
    phaseLimitMs: 20 * 60_000,
    limitMs: 30 * 60_000,
  },
  quick: {
    name: "quick",
    rounds: 2,
    connections: [16],
    sliceMs: 250,
    warmUpMs: 200,
    countedOperations: 3,
    startUps: 1,
    memory: { sessions: [25, 50], streams: [10], rests: false },
    phaseLimitMs: 3 * 60_000,
    limitMs: 5 * 60_000,
  },
};
