/**
 * The newest version of each text that the person is given, by the hash of its file: what a notice and a consent name. A test
 * compares them with the files of policies/notices.
 */
import type { TextHash } from "./team.ts";

const HASHES: Readonly<Record<Parameters<TextHash>[0], { readonly plain: string; readonly easy: string }>> = {
  general: {
    plain: "228e45e5d939d01640e136500021c9031d6066d28e682f8835c0b0306d79b681",
    easy: "1f22fe751d5ebae2a21c664c9e6ff86a90bf24a015b2f560be6c13c5bb1ad03f",
  },
  "cross-category": {
    plain: "56a06822112a4b8d01e73d8dab7f6717b6a881b297db765a0481644f87e7bea4",
    easy: "accbc9e09104c6f07ca54104d7e17941d30dfc9f112450941bbacd43508aca33",
  },
  consent: {
    plain: "cad1b9db1f8bcbe28a7cdb5ff057ae8e46790478202f7347aa0920651ef0907d",
    easy: "b0e8058d663f75bf31a9ba42b52a2ac133fbe81b2664f000a8784cba29b7c678",
  },
};

/** The hash of a text in French, or in French that is easy to read. */
export const textHash: TextHash = (kind, easy) => (easy ? HASHES[kind].easy : HASHES[kind].plain);
