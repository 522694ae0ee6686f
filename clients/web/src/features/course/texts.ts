/** The hashes of the texts that a person is given (policies/notices), which a notice names: French, or easy to read. */
import type { TextHash } from "../../client/team.ts";

export const HASHES = {
  general: [
    "228e45e5d939d01640e136500021c9031d6066d28e682f8835c0b0306d79b681",
    "1f22fe751d5ebae2a21c664c9e6ff86a90bf24a015b2f560be6c13c5bb1ad03f",
  ],
  "cross-category": [
    "56a06822112a4b8d01e73d8dab7f6717b6a881b297db765a0481644f87e7bea4",
    "accbc9e09104c6f07ca54104d7e17941d30dfc9f112450941bbacd43508aca33",
  ],
  consent: [
    "cad1b9db1f8bcbe28a7cdb5ff057ae8e46790478202f7347aa0920651ef0907d",
    "b0e8058d663f75bf31a9ba42b52a2ac133fbe81b2664f000a8784cba29b7c678",
  ],
} as const;

export const TEXT_HASHES: TextHash = (kind, easy) => HASHES[kind][easy ? 1 : 0];
