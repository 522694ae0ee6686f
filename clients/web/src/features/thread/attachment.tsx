/** A received file: its name and size first; its bytes when somebody asks, shown only as what they surely are (client/previews). */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import type { Received } from "../../client/desk.ts";
import type { InboxMarks } from "../../client/inbox.ts";
import { previewOf } from "../../client/previews.ts";
import type { Preview } from "../../client/previews.ts";
import { sizeInWords } from "../../i18n/sizes.ts";
import type { FileInfo } from "../../protocol/kinds.ts";
import { Button } from "../../ui/button.tsx";
import { Name } from "../../ui/card.tsx";

interface AttachmentProps {
  readonly one: Received;
  readonly file: FileInfo;
  readonly marks: InboxMarks;
  readonly undecided: boolean;
}

interface Fetched {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly preview: Preview;
}

export function Attachment({ one, file, marks, undecided }: AttachmentProps): JSX.Element {
  const { messages, language, client } = useApp();
  const [fetched, setFetched] = useState<Fetched>();
  const open = useAct(async () => {
    const { body } = await client.entries.read(one.case, one.placed, one.entry, { intent: "open" });
    if (body?.type !== "document") return;
    const bytes = Uint8Array.from(body.bytes);
    setFetched({ bytes, preview: await previewOf(file, bytes) });
    if (!undecided) await marks.read(one);
  });
  return (
    <div class="stack">
      <p>
        <Name>{file.name}</Name> <span class="soft">{messages.thread.file(sizeInWords(file.size, language))}</span>
      </p>
      {fetched === undefined ? (
        <div class="row">
          <Button kind="main" onPress={() => open.run()}>
            {messages.attachment.open}
          </Button>
        </div>
      ) : (
        <Shown file={file} {...fetched} />
      )}
      {open.state !== "idle" && fetched === undefined && <ActNote act={open} />}
    </div>
  );
}

function Shown({ file, bytes, preview }: Fetched & { readonly file: FileInfo }): JSX.Element {
  const { messages } = useApp();
  // Bytes to save have no type that a browser would open by itself.
  const save = useBlobAddress(bytes, "application/octet-stream");
  return (
    <>
      <FilePreview bytes={bytes} preview={preview} name={file.name} />
      <div class="row">
        {save !== undefined && (
          <a class="button" href={save} download={file.name}>
            {messages.attachment.save}
          </a>
        )}
      </div>
    </>
  );
}

interface FilePreviewProps {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly preview: Preview;
  readonly name: string;
}

/** What may be shown of these bytes; also of a file before it leaves. */
export function FilePreview({ bytes, preview, name }: FilePreviewProps): JSX.Element {
  const { messages } = useApp();
  const address = useBlobAddress(bytes, preview.kind === "image" || preview.kind === "pdf" ? preview.type : undefined);
  switch (preview.kind) {
    case "image":
      return address === undefined ? <></> : <img class="preview" src={address} alt={messages.attachment.image(name)} />;
    case "pdf":
      return address === undefined ? (
        <></>
      ) : (
        <iframe class="preview preview-page" src={address} title={messages.attachment.pdf(name)} />
      );
    case "text":
      return (
        <p class="words preview-text" dir="auto" tabIndex={0} role="region" aria-label={messages.attachment.text(name)}>
          {preview.text}
        </p>
      );
    case "none":
      return <p class="soft">{messages.attachment.none}</p>;
  }
}

/** An address of these bytes that only this page knows, as long as it is shown. */
function useBlobAddress(bytes: Uint8Array<ArrayBuffer>, type: string | undefined): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (type === undefined) return;
    const made = URL.createObjectURL(new Blob([bytes], { type }));
    setAddress(made);
    return () => {
      URL.revokeObjectURL(made);
    };
  }, [bytes, type]);
  return address;
}
