'use client';

import { ChevronsUpDown, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, buttonClass } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/field';
import {
  MenuItem,
  MenuLabel,
  MenuLine,
  MenuPanel,
  MenuRadioGroup,
  MenuRadioItem,
  MenuRoot,
  MenuTrigger,
  Modal,
} from '@/components/ui/overlay';
import type { FunnelDefinition, SavedFunnel } from '@/lib/api/funnel-types';
import { useDeleteFunnel, useSaveFunnel } from '@/lib/api/funnels';
import type { Project } from '@/lib/api/types';
import { askable, rulesSentence, saveable } from '@/lib/funnel';
import { FormError } from '@/panels/auth/frame';
import { Confirm } from '@/panels/settings/confirm';

interface HeadProps {
  project: Project;
  funnel: SavedFunnel | null;
  funnels: readonly SavedFunnel[];
  draft: FunnelDefinition;
  editing: boolean;
  mayEdit: boolean;
  onEdit: () => void;
  onChoose: (id: string) => void;
}

/** Which funnel, and what can be done with it. */
export function FunnelHead({
  project,
  funnel,
  funnels,
  draft,
  editing,
  mayEdit,
  onEdit,
  onChoose,
}: HeadProps) {
  const [naming, setNaming] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const save = useSaveFunnel(project.id);
  const remove = useDeleteFunnel();
  const own = funnel !== null && !funnel.preset;
  const ready = askable(draft) !== null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <div className="mr-auto min-w-0">
        <Picker funnel={funnel} funnels={funnels} mayEdit={mayEdit} onChoose={onChoose} />
        <p className="px-2.5 text-muted text-xs first-letter:uppercase">{rulesSentence(draft)}</p>
      </div>
      {mayEdit && editing && own && (
        <Button
          look="primary"
          disabled={!ready || save.isPending}
          onClick={() => save.mutate({ id: funnel.id, name: funnel.name, definition: saveable(draft) })}
        >
          {save.isSuccess ? 'Saved' : 'Save'}
        </Button>
      )}
      {mayEdit && editing && (
        <Button look={own ? 'outline' : 'primary'} disabled={!ready} onClick={() => setNaming(true)}>
          {own ? 'Save as new' : 'Save'}
        </Button>
      )}
      {mayEdit && editing && own && (
        <Button look="ghost" size="icon" aria-label="Delete this funnel" onClick={() => setDeleting(true)}>
          <Trash2 aria-hidden />
        </Button>
      )}
      {mayEdit && funnel !== null && (
        <Button onClick={onEdit} aria-pressed={editing}>
          <Pencil aria-hidden /> {editing ? 'Close the editor' : 'Edit'}
        </Button>
      )}
      <Modal
        open={naming}
        onOpenChange={setNaming}
        title="Save the funnel"
        about="Everyone in the organisation can open it."
      >
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            const name = String(new FormData(event.currentTarget).get('name')).trim();
            save.mutate(
              { name, definition: saveable(draft) },
              {
                onSuccess: (made) => {
                  setNaming(false);
                  onChoose(made.id);
                },
              },
            );
          }}
        >
          <Field label="Name">
            {(control) => (
              <Input
                {...control}
                name="name"
                required
                maxLength={200}
                autoComplete="off"
                defaultValue={funnel ? `${funnel.name} (copy)` : ''}
              />
            )}
          </Field>
          <FormError message={save.error?.message ?? null} />
          <Button type="submit" look="primary" size="md" disabled={save.isPending}>
            Save
          </Button>
        </form>
      </Modal>
      <Confirm
        open={deleting}
        title={`Delete “${funnel?.name}”?`}
        about="Its definition is gone for everyone; no event is."
        action="Delete the funnel"
        error={remove.error}
        busy={remove.isPending}
        onConfirm={() => funnel && remove.mutate(funnel.id, { onSuccess: () => onChoose('') })}
        onClose={() => setDeleting(false)}
      />
    </div>
  );
}

interface PickerProps {
  funnel: SavedFunnel | null;
  funnels: readonly SavedFunnel[];
  mayEdit: boolean;
  onChoose: (id: string) => void;
}

function Picker({ funnel, funnels, mayEdit, onChoose }: PickerProps) {
  const groups = [
    { label: 'Saved', funnels: funnels.filter((each) => !each.preset) },
    { label: 'Presets', funnels: funnels.filter((each) => each.preset) },
  ].filter((group) => group.funnels.length > 0);
  return (
    <MenuRoot>
      <MenuTrigger className={buttonClass('ghost', 'sm', 'max-w-full text-text')}>
        <span className="sr-only">Funnel: </span>
        <span className="truncate font-semibold text-base tracking-tight">
          {funnel?.name ?? 'New funnel'}
        </span>
        <ChevronsUpDown className="text-muted" aria-hidden />
      </MenuTrigger>
      <MenuPanel className="max-h-96 w-80 overflow-y-auto">
        <MenuRadioGroup value={funnel?.id ?? ''} onValueChange={onChoose}>
          {groups.map((group) => (
            <div key={group.label}>
              <MenuLabel>{group.label}</MenuLabel>
              {group.funnels.map((each) => (
                <MenuRadioItem key={each.id} value={each.id}>
                  <span className="truncate">{each.name}</span>
                </MenuRadioItem>
              ))}
            </div>
          ))}
        </MenuRadioGroup>
        {mayEdit && (
          <>
            <MenuLine />
            <MenuItem onSelect={() => onChoose('new')}>
              <Plus aria-hidden /> New funnel
            </MenuItem>
          </>
        )}
      </MenuPanel>
    </MenuRoot>
  );
}
