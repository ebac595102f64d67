import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { Calendar, weeksOf } from '@/panels/filters/calendar';

const range = { from: '2026-03-10', to: '2026-03-12' };
const day = (name: RegExp) => screen.getByRole('button', { name });

describe('the calendar', () => {
  it('shows whole weeks, Monday first', () => {
    const weeks = weeksOf('2026-03-15');
    expect(weeks[0]).toEqual([
      '2026-02-23',
      '2026-02-24',
      '2026-02-25',
      '2026-02-26',
      '2026-02-27',
      '2026-02-28',
      '2026-03-01',
    ]);
    expect(weeks.at(-1)?.at(-1)).toBe('2026-04-05');
    expect(weeksOf('2027-02-14')).toHaveLength(4);
  });

  it('takes two picks for a range, in whichever order', async () => {
    const onChange = vi.fn();
    render(<Calendar range={range} today="2026-03-31" onChange={onChange} />);
    await userEvent.click(day(/March 20, 2026/));
    expect(onChange).not.toHaveBeenCalled();
    await userEvent.click(day(/March 4, 2026/));
    expect(onChange).toHaveBeenCalledExactlyOnceWith({ from: '2026-03-04', to: '2026-03-20' });
  });

  it('lets nobody pick the future', () => {
    render(<Calendar range={range} today="2026-03-15" onChange={() => undefined} />);
    expect(day(/March 15, 2026/)).toBeEnabled();
    expect(day(/March 16, 2026/)).toBeDisabled();
    expect(screen.getByRole('button', { name: 'Month after' })).toBeDisabled();
  });

  it('can be walked and picked in with the keyboard alone', async () => {
    const onChange = vi.fn();
    render(<Calendar range={range} today="2026-03-31" onChange={onChange} />);
    day(/March 12, 2026/).focus();
    await userEvent.keyboard('{ArrowRight}{Enter}');
    expect(day(/March 13, 2026/)).toHaveFocus();
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(onChange).toHaveBeenCalledExactlyOnceWith({ from: '2026-03-13', to: '2026-03-20' });
    await userEvent.keyboard('{PageUp}');
    expect(day(/February 20, 2026/)).toHaveFocus();
  });
});
