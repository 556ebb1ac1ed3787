/**
 * A time of the API as people read it: of the zone of this machine or in UTC, and with its day
 * where that is not today.
 */
export function timeText(time: string, { utc, now }: { utc: boolean; now: Date }): string {
  const [day, clock] = partsOf(new Date(time), utc);
  const [today] = partsOf(now, utc);
  return day === today ? clock : `${day} ${clock}`;
}

function partsOf(date: Date, utc: boolean): [day: string, clock: string] {
  const shifted = utc ? date : new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  const [day = '', clock = ''] = shifted.toISOString().split('T');
  return [day, clock.slice(0, 8)];
}
