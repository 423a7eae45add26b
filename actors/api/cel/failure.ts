//! How an evaluation ends without a value. Thrown inside of evaluate.ts only, which gives them back as data.

/** An error of the expression: `no such key: x`, `division by zero`. `||`, `&&`, all() and exists() may absorb it. */
export class Failure extends Error {}
/** The cost has passed its limit: absorbed by nothing. */
export class Cancelled extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}
/** A decision is needed that nobody has made yet: whoever evaluates gets it and evaluates again. */
export class Pending extends Error {
  readonly question: object;
  constructor(question: object) {
    super('pending');
    this.question = question;
  }
}
