/** Sheets and lists: what belongs together, with its title. */
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

type Tone = "plain" | "accent" | "warn" | "good" | "danger";

interface CardProps {
  readonly title?: string;
  readonly tone?: Tone;
  /** Beside the title: a badge, a small button. */
  readonly aside?: ComponentChildren;
  /** One of several alike, whose titles may be the same: no region of its own. */
  readonly isAlike?: boolean;
  readonly children: ComponentChildren;
}

/** A sheet. With a title it is a region that who listens can go to. */
export function Card({ title, tone, aside, isAlike = false, children }: CardProps): JSX.Element {
  const id = useId();
  const look = tone === undefined || tone === "plain" ? "card" : `card card-${tone}`;
  if (title === undefined) return <div class={look}>{children}</div>;
  return (
    <section class={look} aria-labelledby={isAlike ? undefined : id}>
      <div class="card-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

export function Badge({ tone, children }: { readonly tone?: Tone; readonly children: ComponentChildren }): JSX.Element {
  return <span class={`badge badge-${tone ?? "plain"}`}>{children}</span>;
}

/** Lines one under the other; `label` names the list to who listens. */
export function List({ label, children }: { readonly label: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <ul class="list" aria-label={label}>
      {children}
    </ul>
  );
}

interface RowProps {
  readonly title: ComponentChildren;
  readonly detail?: ComponentChildren;
  /** At the end of the line: a badge, a time. */
  readonly aside?: ComponentChildren;
  /** Where the line leads: the whole line is then one target. */
  readonly href?: string;
  /** What to do on this line. */
  readonly children?: ComponentChildren;
}

export function Row({ title, detail, aside, href, children }: RowProps): JSX.Element {
  const content = (
    <>
      <span class="line-text">
        <span class="line-title">{title}</span>
        {detail !== undefined && <span class="soft">{detail}</span>}
      </span>
      {aside !== undefined && <span class="line-aside">{aside}</span>}
    </>
  );
  return (
    <li class="line">
      {href === undefined ? (
        <div class="line-main">{content}</div>
      ) : (
        <a class="line-main line-link" href={href}>
          {content}
        </a>
      )}
      {children !== undefined && <div class="row">{children}</div>}
    </li>
  );
}

/** Nothing here, said so that nobody thinks of a failure. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Terms and what they are: the facts of one thing. */
export function Facts({ items }: { readonly items: readonly (readonly [string, ComponentChildren])[] }): JSX.Element {
  return (
    <dl class="facts">
      {items.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A text or name that people wrote: its direction stays its own, so that it cannot rearrange what stands around. */
export function Name({ children }: { readonly children: string }): JSX.Element {
  return <bdi>{children}</bdi>;
}
