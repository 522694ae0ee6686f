/** What this device refuses by itself, before anything is sent, and what to do instead. */
import type { refusals as french } from "../fr/refusals.ts";
import type { Said } from "../said.ts";

export const refusals: Said<typeof french> = {
  notPermitted: {
    rules: "The rules do not permit it.",
    "section-closed": "This section is not open to you.",
    "exchange-left": "You are no longer in this exchange. Open another.",
    "case-continued": "This case is closed to writing: it goes on in another case. Write there.",
    mask: "This mask is not yours to set.",
    function: "Your function does not do this act.",
    standing: "Your place in this case does not allow this act.",
    "collected-late": "Collected more than 72 hours ago: say why it is recorded only now.",
    "collected-ahead": "The time of collection is in the future. Check this device’s clock.",
    "does-not-hold": "This act does not hold in the state of the case. Open the case again and check.",
    "done-already": "Somebody else has recorded it already. Nothing to do.",
    "episode-ended": "The care for which the consent was given has ended. Ask the person again.",
    "said-otherwise": "The person has said otherwise since. Ask them again.",
  },

  misuse: {
    content: "This content cannot be written: a field is missing or too long.",
    fact: "This act contradicts itself: check dates and choices.",
    "no-such-user": "This user does not take part in the case. Add them first.",
    "no-such-entry": "This entry is not in this section.",
    "no-such-record": "Nothing of that kind is in force in this case.",
    "no-such-opening": "No opening of that kind.",
    "no-such-emergency": "No emergency of that kind.",
    capacity: "One attested capacity is needed: choose it.",
    episode: "No care episode was open at that date: open one first.",
    horizon: "What was opened already is not closed again: choose an earlier date.",
    "consent-in-team": "A consent is asked for somebody outside the team: inside it, informing the person is enough.",
    "not-informed": "Before they agree, the person is informed and handed a sheet, save impossibility or urgency.",
    "in-preparation":
      "The person has not been told yet: until then only you and colleagues of your own side (health, or social and medico-social) enter the case.",
    masked: "A masked entry is named nowhere in the file: its author hands it over.",
    "not-in-section": "Only an entry of a section is opened.",
    "notice-apart": "Record the notice first.",
    "not-health": "Emergency access is for health professionals. In immediate danger: 15 or 112.",
    "emergency-words": "Say why, in a sentence of at most 2,000 characters.",
    "emergency-hours": "An emergency lasts 1 to 24 hours.",
    "never-synced": "This case was never opened on this device: nothing can be noted in it without network.",
    "no-late-reason": "This act needs no reason.",
    "not-offline": "Without network, a note, an observation or a transmission is kept.",
  },

  standings: {
    mayInstead: (who) => `May do it: ${who}.`,
    or: "or",
    person: "the person",
    representative: "who represents them",
    opener: "whoever opened the case",
    referent: "the referent",
    member: "anybody who takes part",
    health: "a health professional who takes part",
    mdph_doctor: "a doctor of the MDPH team",
    caller: "whoever declared the emergency",
    auditor: "an auditor",
    officer: "the data protection officer",
  },
};
