import { type TestContext, test } from 'node:test';

export interface StoryOptions {
  /** A reason: the story is skipped, and says so. */
  readonly skip?: string | false;
  readonly timeoutMs?: number;
}
export type Story = (title: string, tell: (t: TestContext) => Promise<void>, options?: StoryOptions) => void;

/** Tests that say, when they fail, what the programs under test have said. */
export const stories =
  (report: () => string, all: StoryOptions = {}): Story =>
  (title, tell, options = {}) => {
    const skip = options.skip || all.skip || false;
    const timeout = options.timeoutMs ?? all.timeoutMs ?? 120_000;
    test(title, { skip, timeout }, async (t) => {
      try {
        await tell(t);
      } catch (error) {
        console.error(`\n${title}\n${report()}`);
        throw error;
      }
    });
  };
