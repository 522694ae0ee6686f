/** Screens whose files come when they are first shown. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { later } from "./late.ts";
import { Loaded, useLoad } from "./load.tsx";

type Shown<Props> = (props: Props) => JSX.Element | null;

/**
 * A screen of a file that is fetched, with its hash, when it is first shown; after that it is there at once. `source` is the file
 * that `load` imports, from `src` on: the build refuses a page that imports one which nobody names.
 */
export function lateScreen<Props extends object>(source: string, load: () => Promise<Shown<Props>>): Shown<Props> {
  let Found: Shown<Props> | undefined;
  const ask = async (): Promise<Shown<Props>> => (Found = await later(source, load));
  function Arriving(props: Props): JSX.Element {
    const loading = useLoad(ask, []);
    return <Loaded from={loading}>{(Screen) => <Screen {...props} />}</Loaded>;
  }
  return function Late(props: Props): JSX.Element {
    // Decided once: a screen on which somebody types is not made anew because its file has come.
    const [Before] = useState(() => Found);
    return Before === undefined ? <Arriving {...props} /> : <Before {...props} />;
  };
}
