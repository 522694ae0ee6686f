/** The draft of a composer: what was begun there is there again, kept a moment after each change, and given back when sending is undone. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import type { Draft } from "../../client/drafts.ts";

const KEEP_AFTER_MS = 400;
const USUAL = 2;

type Written = Omit<Draft, "level">;
const NOTHING: Written = { text: "", asksCharge: false, files: [] };

interface Drafting {
  readonly value: Written;
  /** Undefined until it is known what is usual here. */
  readonly level: number | undefined;
  /** Whether what is shown is in the vault. */
  readonly kept: boolean;
  readonly change: (change: Partial<Draft>) => void;
  /** Resolves when the vault holds what is shown. */
  readonly settled: () => Promise<void>;
  readonly cleared: () => void;
}

export function useDraft(where: string, compartment: string | undefined): Drafting {
  const { client } = useApp();
  const [value, setValue] = useState<Written>(NOTHING);
  const [level, setLevel] = useState<number>();
  const [kept, setKept] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const waits = useRef(false);
  const now = useRef<Draft>({ ...NOTHING, level: USUAL });
  const show = useCallback((next: Draft): void => {
    now.current = next;
    setValue(next);
    setLevel(next.level);
  }, []);
  useEffect(() => {
    let left = false;
    const load = async (): Promise<void> => {
      const [draft, usual] = await Promise.all([
        client.drafts.load(where),
        compartment === undefined ? USUAL : client.drafts.level(compartment),
      ]);
      // Who types while it loads keeps what they typed.
      if (!left) show(now.current.text === "" && draft !== undefined ? draft : { ...now.current, level: draft?.level ?? usual });
    };
    void load();
    const unfollow = client.outgoing.follow((ended) => {
      if (ended?.how !== "returned" || ended.item.where !== where) return;
      clearTimeout(timer.current);
      waits.current = false;
      now.current = { ...now.current, text: "", held: undefined, passages: [] };
      void load();
    });
    return () => {
      left = true;
      clearTimeout(timer.current);
      unfollow();
      // The last words, of who leaves at once.
      if (waits.current) void client.drafts.save(where, now.current);
      waits.current = false;
    };
  }, [client, where, compartment, show]);
  const settled = useCallback(async (): Promise<void> => {
    clearTimeout(timer.current);
    waits.current = false;
    await client.drafts.save(where, now.current);
    setKept(true);
  }, [client, where]);
  const change = useCallback(
    (changed: Partial<Draft>): void => {
      show({ ...now.current, ...changed });
      clearTimeout(timer.current);
      setKept(false);
      waits.current = true;
      // A file is already in the vault: it is named there at once, or nobody would ever take it away.
      if (changed.files !== undefined) void settled();
      else timer.current = setTimeout(() => void settled(), KEEP_AFTER_MS);
    },
    [show, settled],
  );
  const cleared = useCallback((): void => {
    clearTimeout(timer.current);
    waits.current = false;
    show({ ...NOTHING, level: now.current.level });
    setKept(false);
  }, [show]);
  return { value, level, kept, change, settled, cleared };
}
