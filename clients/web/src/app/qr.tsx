/** An address as a square to photograph (ISO/IEC 18004): whoever is beside one opens it with a phone and types nothing. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { AlteredFile } from "../client/errors.ts";
import type { Squares } from "../ui/squares.ts";
import { later } from "./late.ts";

interface QrProps {
  readonly text: string;
  /** What it is, for who does not see it. */
  readonly label: string;
}

/** Its room is there before it. Where what draws it does not come, nothing is: the text stands beside it. */
export function Qr({ text, label }: QrProps): JSX.Element | null {
  const [found, setFound] = useState<Squares | "none">();
  useEffect(() => {
    let left = false;
    const draw = async (): Promise<Squares | "none"> => {
      try {
        const { squares } = await later("ui/squares.ts", () => import("../ui/squares.ts"));
        return squares(text);
      } catch (error) {
        if (!(error instanceof AlteredFile)) throw error;
        return "none";
      }
    };
    const show = async (): Promise<void> => {
      const drawn = await draw();
      if (!left) setFound(drawn);
    };
    void show();
    return () => {
      left = true;
    };
  }, [text]);
  if (found === "none") return null;
  const size = String(found?.size ?? 1);
  return (
    <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} shape-rendering="crispEdges">
      {found?.runs.map(({ x, y, length }) => (
        <rect key={`${String(x)} ${String(y)}`} x={x} y={y} width={length} height={1} />
      ))}
    </svg>
  );
}
