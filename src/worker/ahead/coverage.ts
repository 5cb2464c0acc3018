import { Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';

interface Counted {
  readonly functionName: string;
  readonly ranges: readonly { readonly startOffset: number; readonly count: number }[];
}

interface Covered {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly Counted[];
  }[];
}

/** Which files had functions of theirs called, as V8 counts for coverage. That they were evaluated does not count. */
export interface Coverage {
  /** Since the last time. */
  take(): string[];
}

export function openCoverage(): Coverage {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  return {
    take() {
      let files: string[] = [];
      // Answered before `post` returns, within one process.
      session.post('Profiler.takePreciseCoverage', (_error, covered: Covered | undefined) => {
        const called = covered?.result.filter(({ functions }) => functions.some(wasCalled));
        files = (called ?? []).map(({ url }) => (url.startsWith('file:') ? fileURLToPath(url) : url));
      });
      return files;
    },
  };
}

/** The code around all others in a file is no function of it. */
function wasCalled({ functionName, ranges: [whole] }: Counted): boolean {
  return whole !== undefined && whole.count > 0 && (functionName !== '' || whole.startOffset > 0);
}
