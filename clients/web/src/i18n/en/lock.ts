/** The lock of this browser: set, opened, taken away. */
import type { lock as french } from "../fr/lock.ts";
import type { Said } from "../said.ts";

export const lock: Said<typeof french> = {
  locked: {
    title: "Volet is locked",
    lead: "Nothing that this device keeps can be read until you unlock it.",
    stuck: "I can no longer unlock it",
    stuckBody:
      "The secret phrase is kept nowhere: nobody can give it back to you.\nYou can erase what this browser keeps, then come back: by another of your devices, or by your recovery phrase of 24 words. A person is invited again, in the room.\nWhat was not yet sent from this browser will be lost.",
    erase: "Erase what this browser keeps",
  },
  unlock: {
    passkey: "Unlock with the passkey",
    phrase: "Secret phrase",
    open: "Unlock",
    working: "Checking the phrase…",
    wrong: "That is not the phrase, or not the key. Check the capitals and try again.",
    cancelled: "The passkey did not answer. Try again, or use the secret phrase.",
    unfit: "This device makes passkeys, but not the kind that unlocks. Choose a secret phrase, or another key.",
  },
  lock: {
    title: "Lock",
    lead: "Locked, Volet lets nobody read here without you: neither who borrows this device nor who steals it.",
    none: "No lock",
    noneBody: "Whoever uses this session of the computer or the telephone reads what you read there.",
    ways: "What unlocks",
    passkey: "Passkey",
    passkeyHelp: "Your fingerprint, your face or the code of the device; or a security key that is plugged in.",
    noPasskey: "This browser, at this address, allows no passkey. The secret phrase remains possible.",
    phrase: "Secret phrase",
    phraseOne: "The phrase that you choose",
    phraseHelp: "Twelve characters at least: four unrelated words make a good phrase. It is kept nowhere.",
    phraseAgain: "The same, a second time",
    tooShort: "It takes twelve characters at least.",
    notSame: "The two are not the same.",
    usePasskey: "Use a passkey",
    usePhrase: "Use a secret phrase",
    since: (when) => `Since ${when}`,
    remove: "Remove",
    removeOf: (way) => `Remove: ${way}`,
    first: "First, unlock",
    firstBody: "Changing the lock takes what opens it.",
    removed: "Removed.",
    added: "Added.",
    idle: "Lock after",
    idleHint: "When nobody touches the screen or the keyboard. In any case once every twelve hours.",
    now: "Lock now",
    busy: "Volet is writing at this moment. Wait a few seconds, then try again.",
  },
};
