import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useFilters } from '@/lib/filters/store';
import { DEFAULTS } from '@/lib/filters/url';
import { FilterBar } from '@/panels/filters/filter-bar';
import { FilterForm } from '@/panels/filters/filter-form';
import { fakeApi, renderInside } from './inside';

const values = {
  'GET /api/dashboard/dimension-values': {
    values: [
      { value: 'KE', events: 9 },
      { value: 'UG', events: 3 },
    ],
  },
};

beforeEach(() => useFilters.setState({ ...DEFAULTS, ready: false }));

describe('the filter form', () => {
  it('takes several values that the data suggests', async () => {
    fakeApi(values);
    const onDone = vi.fn();
    renderInside(<FilterForm onDone={onDone} />);
    await userEvent.selectOptions(screen.getByLabelText('Where'), 'Country');
    await userEvent.click(await screen.findByRole('button', { name: /Kenya/ }));
    await userEvent.click(screen.getByRole('button', { name: /Uganda/, pressed: false }));
    await userEvent.click(screen.getByRole('button', { name: 'Add' }));
    expect(onDone).toHaveBeenCalledWith({ dimension: 'country', operator: 'is', values: ['KE', 'UG'] });
  });

  it('takes any property by its name, and what is typed as it is', async () => {
    fakeApi(values);
    const onDone = vi.fn();
    renderInside(<FilterForm onDone={onDone} />);
    await userEvent.selectOptions(screen.getByLabelText('Where'), 'Event property…');
    await userEvent.selectOptions(screen.getByLabelText('Is'), 'contains');
    expect(screen.getByRole('button', { name: 'Add' })).toBeDisabled();
    await userEvent.type(screen.getByLabelText('Property name'), 'obligation_type');
    await userEvent.type(screen.getByLabelText('Value'), 'mr{Enter}');
    expect(onDone).toHaveBeenCalledWith({
      dimension: 'property:obligation_type',
      operator: 'contains',
      values: ['mr'],
    });
  });

  it('needs no value to ask whether there is one, and can ask the visit', async () => {
    fakeApi(values);
    const onDone = vi.fn();
    renderInside(<FilterForm onDone={onDone} />);
    await userEvent.selectOptions(screen.getByLabelText('Is'), 'is set');
    await userEvent.click(screen.getByLabelText(/visit’s first event/));
    await userEvent.click(screen.getByRole('button', { name: 'Add' }));
    expect(onDone).toHaveBeenCalledWith({
      dimension: 'page_path',
      operator: 'exists',
      values: [],
      scope: 'visit',
    });
  });

  it('starts from the filter that is being changed', () => {
    fakeApi(values);
    renderInside(
      <FilterForm
        initial={{ dimension: 'property:pin', operator: 'is_not', values: ['A1'] }}
        onDone={() => undefined}
      />,
    );
    expect(screen.getByLabelText('Property name')).toHaveValue('pin');
    expect(screen.getByLabelText('Is')).toHaveValue('is_not');
    expect(screen.getByRole('button', { name: 'Remove A1' })).toBeInTheDocument();
  });
});

describe('the chips', () => {
  it('drop one filter, or all', async () => {
    fakeApi(values);
    window.history.replaceState(null, '', '/?f=country~is~KE&f=os~is~iOS&f=browser~is~Safari');
    renderInside(<FilterBar />);
    await userEvent.click(screen.getByRole('button', { name: 'Remove the filter: Operating system is iOS' }));
    expect(window.location.search).toBe('?f=country~is~KE&f=browser~is~Safari');
    await userEvent.click(screen.getByRole('button', { name: 'Clear all' }));
    expect(window.location.search).toBe('');
  });
});
