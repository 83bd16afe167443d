/**
 * What comes from the server, as types. Nothing here runs.
 *
 * @typedef {"offline" | "connecting" | "idle" | "preview" | "reserved" | "talking" | "wrap_up"
 *   | "paused"} AgentState
 *
 * @typedef {object} Seat - own entry on the board
 * @property {AgentState} state
 * @property {string} since - ISO, when the state began
 * @property {string | null} call
 * @property {{dial_at: string | null} | null} [preview] - whom to call, before it is dialled
 * @property {string | null} [pause_code] - of the pause, or of the one that is to come
 * @property {boolean} [held]
 * @property {boolean} [robot] - held, and the URA has the debtor
 * @property {string | null} [wrap_up_until]
 * @property {string} [wants]
 *
 * @typedef {{template: string, means: string | null, state: string, sent_at: string | null,
 *   delivered_at: string | null}} Written
 *
 * @typedef {object} RobotPayment - how far the URA came with the debtor in call
 * @property {string} asked_at
 * @property {string | null} began_at
 * @property {string | null} outcome
 * @property {boolean} read_out
 * @property {string | null} paid_at
 * @property {Written[]} messages
 *
 * @typedef {{fact: string, label: string, ask: string, form: string}} Ask
 *
 * @typedef {object} Identity
 * @property {"nobody" | "claimed" | "confirmed" | "third_party" | "failed"} level
 * @property {string} label
 * @property {string} rule
 * @property {string} say
 * @property {boolean} may_hear_of_debt
 * @property {Ask[]} asks
 * @property {string[]} right
 * @property {number} missing
 * @property {number} wrong
 * @property {number} wrong_left
 *
 * @typedef {{number: number, amount: string, due_on: string, days_late: number}} Instalment
 *
 * @typedef {object} Debt
 * @property {string} creditor
 * @property {string} portfolio
 * @property {string} contract
 * @property {string | null} product
 * @property {string} total
 * @property {string} overdue
 * @property {number} days_late
 * @property {Instalment[]} instalments
 *
 * @typedef {object} Past
 * @property {string} placed_at
 * @property {string} telephone
 * @property {string} outcome
 * @property {number | null} talk_s
 * @property {string | null} disposition
 * @property {string | null} agent
 * @property {string | null} note
 * @property {string | null} promised
 * @property {string | null} promised_on
 *
 * @typedef {object} Telephone
 * @property {string} telephone
 * @property {string | null} line
 * @property {string} status
 * @property {number} tries
 * @property {boolean} current
 *
 * @typedef {{title: string, source: string, until: string | null}} Rule
 *
 * @typedef {object} Policy
 * @property {string} line
 * @property {Rule[]} why - what objects now, or will be the first to
 * @property {boolean} allowed
 * @property {string} today - date where the telephone is, as the policy counts
 * @property {string | null} zone
 * @property {string} now - the clock by which people are called
 *
 * @typedef {object} Card
 * @property {{id: string, direction: string, telephone: string, campaign: string | null,
 *   disposition: string | null}} call
 * @property {Identity} identity
 * @property {{name: string, kind: string, uf: string | null, document: string | null}
 *   | null} debtor
 * @property {Debt[] | null} debts
 * @property {string | null} total
 * @property {Telephone[]} telephones
 * @property {Policy | null} policy
 * @property {Past[]} history
 * @property {Robot | null} robot - what the automatic conversation heard and offered
 *
 * @typedef {object} Robot
 * @property {string} protocol
 * @property {boolean} agreed
 * @property {{ question: string, heard: string, understood: string }[]} turns
 * @property {{ total: string, payments: number, first_due: string }[]} offers
 *
 * @typedef {object} CallBack
 * @property {string} id
 * @property {string} due_at
 * @property {string} zone
 * @property {boolean} overdue
 * @property {string} debtor
 * @property {string} telephone
 * @property {string} campaign
 * @property {string | null} waits - why it will not be called, though it is due
 *
 * @typedef {object} Unrecorded
 * @property {string} call
 * @property {string} answered_at - on the clock by which people are called
 * @property {number} talk_s
 * @property {string | null} debtor
 * @property {string} telephone
 * @property {string | null} campaign
 * @property {string} zone
 *
 * @typedef {object} PassedOn - an own call that another agent took
 * @property {string} call
 * @property {string} at - on the clock by which people are called
 * @property {string | null} debtor
 * @property {string} telephone
 * @property {string} taker
 * @property {string} zone
 *
 * @typedef {object} Figures
 * @property {number} calls
 * @property {number} right_party
 * @property {number} promises
 * @property {number | null} aht_s
 * @property {number | null} occupancy
 * @property {number} logged_in_s
 * @property {Record<string, number>} paused_s
 *
 * @typedef {object} Draft - what is being recorded of a call
 * @property {string} code
 * @property {string} note
 * @property {string} amount
 * @property {string} promised_on
 * @property {boolean} call_back
 * @property {boolean} call_back_by_code - asked for by the code, by nobody else
 * @property {string} day
 * @property {string} time
 *
 * @typedef {object} AgreementPart
 * @property {string} id
 * @property {number} number
 * @property {string} amount
 * @property {string} due_on
 * @property {string} open
 *
 * @typedef {object} Agreement
 * @property {string} id
 * @property {string} state
 * @property {string} paid
 * @property {AgreementPart[]} instalments
 * @property {string | null} clear_name_by
 *
 * @typedef {object} DebtNow
 * @property {string} id
 * @property {string} creditor
 * @property {string} contract
 * @property {string} owed
 * @property {string[]} lines
 * @property {Agreement | null} agreement
 *
 * @typedef {{on: string, debts: DebtNow[]}} Negotiation
 * @typedef {{flagged: boolean, left: string, affordable: string, plan_too_long: boolean}} Hardship
 * @typedef {{id: string, text: string, hardship: Hardship | null}} Offer
 * @typedef {{condition: string, reasons: string[], text: string}} Refusal
 * @typedef {{offers: Offer[], counters: Offer[], refusals: Refusal[]}} Offers
 * @typedef {{number: number, amount: string, code: string, qr: string}} PixCode
 */

export {};
