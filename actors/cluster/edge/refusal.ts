/** What a person did or the machine has does not allow it: one clear sentence, exit code 1, no stack. */
export class Refusal extends Error {}
