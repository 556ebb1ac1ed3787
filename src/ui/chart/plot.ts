import { useEffect, useRef } from 'preact/hooks';
import type UPlot from 'uplot';
import { html, type View } from '../html.ts';

export type Series = {
  /** The variable of the style sheet that has its colour. */
  color: string;
  isBars?: boolean;
  /** How long the dashes of its line are, so that lines differ by more than colour. */
  dash?: number[];
};

type PlotParts = {
  /** What it shows, in words. */
  label: string;
  /** From when to when, in seconds since 1970. */
  from: number;
  to: number;
  /** The first list has the times; then there is one for each series. */
  data: UPlot.AlignedData;
  series: Series[];
  /** How a value is written at the axis. */
  write: (value: number) => string;
  /** Told of the step that the pointer is at. */
  onPoint: (index: number | undefined) => void;
};

const HEIGHT = 180;

/** A chart over time, as wide as its place. What it shows is for the eye: a table must be by it. */
export function Plot(parts: PlotParts): View {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(parts);
  latest.current = parts;
  const plot = useRef<UPlot>(undefined);
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    return drawn(current, latest, (made) => (plot.current = made));
  }, []);
  useEffect(() => plot.current?.setData(parts.data), [parts.data]);
  return html`<div class="plot" role="img" aria-label=${parts.label} ref=${place}></div>`;
}

/** Draws as soon as uPlot is loaded, which only pages with charts do. @returns what ends that */
function drawn(
  place: HTMLElement,
  latest: { current: PlotParts },
  made: (plot: UPlot) => void,
): () => void {
  let plot: UPlot | undefined;
  let isGone = false;
  const size = () => ({ width: Math.max(place.clientWidth, 100), height: HEIGHT });
  const observer = new ResizeObserver(() => plot?.setSize(size()));
  const isDark = matchMedia('(prefers-color-scheme: dark)');
  const redraw = () => plot?.redraw();
  void import('uplot').then(({ default: Plot }) => {
    if (isGone) return;
    plot = new Plot({ ...size(), ...optionsOf(latest, Plot.paths) }, latest.current.data, place);
    observer.observe(place);
    isDark.addEventListener('change', redraw);
    made(plot);
  });
  return () => {
    isGone = true;
    observer.disconnect();
    isDark.removeEventListener('change', redraw);
    plot?.destroy();
  };
}

/** Colours are asked for with each drawing, so that they follow the scheme. */
const colorOf = (name: string) => getComputedStyle(document.body).getPropertyValue(name);

const axisColor = () => colorOf('--calm');
const gridColor = () => colorOf('--pico-muted-border-color');

function optionsOf(
  latest: { current: PlotParts },
  paths: typeof UPlot.paths,
): Omit<UPlot.Options, 'width' | 'height'> {
  // A bar begins where its step does.
  const bars = paths.bars?.({ size: [0.85, 60], align: 1 });
  const axis = { stroke: axisColor, grid: { stroke: gridColor, width: 1 }, ticks: { show: false } };
  return {
    legend: { show: false },
    // Room for half of the last time at the axis.
    padding: [8, 48, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { range: () => [latest.current.from, latest.current.to] },
      y: { range: (_plot, _least, most) => [0, Math.max(most * 1.1, 4)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        values: (_plot, times) => times.map(timeWords),
      },
      { ...axis, size: 64, values: (_plot, values) => values.map(latest.current.write) },
    ],
    series: [{}, ...latest.current.series.map((one) => seriesOf(one, bars))],
    hooks: { setCursor: [({ cursor }) => latest.current.onPoint(cursor.idx ?? undefined)] },
  };
}

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** A time at the axis, in the zone of the reader: at midnight the day. */
function timeWords(seconds: number): string {
  const time = new Date(seconds * 1000);
  return (time.getHours() === 0 && time.getMinutes() === 0 ? DAY : CLOCK).format(time);
}

type Bars = UPlot.Series.PathBuilder | undefined;

function seriesOf({ color, isBars = false, dash }: Series, bars: Bars): UPlot.Series {
  const stroke = () => colorOf(color);
  if (!isBars) return { stroke, width: 2, points: { size: 5 }, ...(dash ? { dash } : {}) };
  return {
    stroke,
    fill: stroke,
    width: 0,
    points: { show: false },
    ...(bars ? { paths: bars } : {}),
  };
}
