/**
 * Files that go with what is written: picked, dropped or photographed. A photo loses its place and its camera before it is kept;
 * what is shown of a file is shown by this browser alone.
 */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Failure, Loaded, useLoad } from "../../app/load.tsx";
import { isFailure, Misuse } from "../../client/errors.ts";
import { MOST_FILES } from "../../client/kept-files.ts";
import type { KeptFile } from "../../client/kept-files.ts";
import { previewOf } from "../../client/previews.ts";
import { sizeInWords } from "../../i18n/sizes.ts";
import { Button } from "../../ui/button.tsx";
import { List, Name, Row } from "../../ui/card.tsx";
import { FilePreview } from "../thread/attachment.tsx";

/** The camera's own name would tell when it was taken. */
const PHOTO = "Photo.jpg";

interface AttachedProps {
  readonly label: string;
  readonly files: readonly KeptFile[];
  readonly onFiles: (files: readonly KeptFile[]) => void;
  readonly onSend: () => void;
  readonly children: ComponentChildren;
  /** What stands below the files: the button that sends. */
  readonly foot: ComponentChildren;
}

/** A form on which files may be dropped; below its fields, what goes with it. */
export function AttachedTo({ label, files, onFiles, onSend, children, foot }: AttachedProps): JSX.Element {
  const { messages, client } = useApp();
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const take = async (given: readonly File[], name?: string): Promise<void> => {
    if (busy || given.length === 0) return;
    setBusy(true);
    setError(undefined);
    let held = files;
    try {
      for (const file of given) {
        if (held.length >= MOST_FILES) throw new Misuse("file-many");
        held = [...held, await client.files.keep(file, name ?? file.name)];
        onFiles(held);
      }
    } catch (reason) {
      if (!isFailure(reason)) throw reason;
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      class={over ? "composer composer-over stack" : "composer stack"}
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onSend();
      }}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => {
        setOver(false);
      }}
      onDrop={(event) => {
        // Without this, the browser would open the file in the place of the page.
        event.preventDefault();
        setOver(false);
        void take([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {children}
      <div class="row">
        <Picker label={messages.sending.attach} busy={busy} multiple onPick={take} />
        <Picker label={messages.sending.photo} busy={busy} camera onPick={(picked) => take(picked, PHOTO)} />
      </div>
      <p role="status" class={busy ? "soft" : "hidden-visually"}>
        {busy ? messages.sending.preparing : files.length === 0 ? "" : messages.sending.attached(String(files.length))}
      </p>
      {error !== undefined && <Failure error={error} />}
      {files.length > 0 && (
        <List label={messages.sending.files}>
          {files.map((file) => (
            <Kept
              key={file.id}
              file={file}
              onRemove={async () => {
                onFiles(files.filter((one) => one !== file));
                await client.files.remove([file]);
              }}
            />
          ))}
        </List>
      )}
      {foot}
    </form>
  );
}

interface PickerProps {
  readonly label: string;
  readonly busy: boolean;
  readonly multiple?: boolean;
  readonly camera?: boolean;
  readonly onPick: (files: readonly File[]) => Promise<void>;
}

/** A button that opens the choice of a file or the camera, whose photo does not go to the phone's gallery. */
function Picker({ label, busy, multiple, camera, onPick }: PickerProps): JSX.Element {
  return (
    <label class="button picker">
      {label}
      <input
        type="file"
        class="hidden-visually"
        multiple={multiple === true}
        disabled={busy}
        {...(camera === true ? { accept: "image/*", capture: "environment" as const } : {})}
        onChange={(event) => {
          const input = event.currentTarget;
          const picked = [...(input.files ?? [])];
          // The same file again is a change again.
          input.value = "";
          void onPick(picked);
        }}
      />
    </label>
  );
}

/** One file that goes with it: its name and size, what it shows when somebody asks, and taking it away. */
function Kept({ file, onRemove }: { readonly file: KeptFile; readonly onRemove: () => Promise<void> }): JSX.Element {
  const { messages, language } = useApp();
  const [shown, setShown] = useState(false);
  return (
    <Row title={<Name>{file.name}</Name>} detail={messages.thread.file(sizeInWords(file.size, language))}>
      <Button
        label={shown ? messages.sending.hideOf(file.name) : messages.sending.lookOf(file.name)}
        onPress={() => {
          setShown(!shown);
        }}
      >
        {shown ? messages.sending.hide : messages.sending.look}
      </Button>
      <Button kind="quiet" label={messages.sending.removeOf(file.name)} onPress={onRemove}>
        {messages.sending.remove}
      </Button>
      {shown && <Look file={file} />}
    </Row>
  );
}

function Look({ file }: { readonly file: KeptFile }): JSX.Element {
  const { client } = useApp();
  const found = useLoad(async () => {
    const bytes = await client.files.load(file);
    return { bytes, preview: await previewOf(file, bytes) };
  }, [client, file.id]);
  return (
    <Loaded from={found} lines={3}>
      {(loaded) => <FilePreview name={file.name} {...loaded} />}
    </Loaded>
  );
}
