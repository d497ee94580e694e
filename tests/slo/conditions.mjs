// What is tried of an alert without a budget: it is silent as usual and just below its threshold, waits as long as it says, fires
// above, and ends. A blip of a minute and a counter that begins anew fire nothing, nor does a rate of few events.
import { counter, firing, gauge, hasFired, scenario, seconds } from './series.mjs';

const minute = 60;

// The alert's inputs while its query is at `level` from `begin` to `end`, and as usual before and after. `crosses`: how long after
// `begin` the threshold is passed.
function kindOf(one) {
  const { threshold } = one;
  const above = threshold === 0 ? undefined : 1.5 * threshold;
  const below = threshold === 0 ? undefined : 0.75 * threshold;
  if (one.gauge) {
    const inputs = (level) => ({ begin, end, grid }) => [
      gauge(one.gauge, (time) => (time >= begin && time < end ? level : one.usual) * (one.scale ?? 1), grid),
      ...(one.beside ? [gauge(one.beside[0], () => one.beside[1], grid)] : []),
    ];
    return { over: 0, crosses: 0, isEvent: one.for === '0m', above: inputs(one.fault ?? above), below: below && inputs(below) };
  }
  const over = seconds(one.over ?? one.ratio?.over ?? '0m');
  if (one.counter) {
    // Of zero tolerated, one in each window: what takes two to fire is another alert.
    const inputs = (level) => ({ begin, end, grid, resets }) => [threshold === 0
      ? gauge(one.counter, (time) => 7 + (time < begin ? 0 : 1 + Math.floor((Math.min(time, end - 1) - begin) / over)) - (resets && time >= resets[0] ? 7 : 0), grid)
      : counter(one.counter, (time) => (time >= begin && time < end ? level / over : 0), { ...grid, resets })];
    return { over, crosses: threshold === 0 ? 0 : over / 1.5, isEvent: one.for === '0m' || threshold === 0, above: inputs(above), below: below && inputs(below) };
  }
  if (one.ratio) {
    const inputs = (share, events) => ({ begin, end, grid, resets }) => {
      const rate = events / over;
      const bad = (time) => (time >= begin && time < end ? share * rate : 0);
      return [counter(one.bad, bad, { ...grid, resets }), counter(one.good, (time) => rate - bad(time), { ...grid, resets })];
    };
    const many = 1.5 * one.ratio.eventsMin;
    return { over, crosses: over / 1.5, above: inputs(1.5 * threshold, many), below: inputs(0.75 * threshold, many), few: inputs(1, 0.75 * one.ratio.eventsMin) };
  }
  if (one.steps) {
    const inputs = (count) => ({ begin, grid }) => [gauge(one.steps, (time) => 1000 + Math.min(count, Math.max(0, Math.floor((time - begin) / minute))), grid)];
    return { over, crosses: minute * (threshold + 1), isEvent: true, above: inputs(Math.ceil(1.5 * threshold)), below: inputs(threshold) };
  }
  if (one.expiry) {
    // So long before its end at `begin`; renewed at `end`.
    const ends = ({ begin, end, grid }) => [gauge(one.expiry, (time) => (time < end ? begin : end + threshold) + threshold, grid)];
    return { over: 0, crosses: 0, above: ends };
  }
  // A clock that stands still from `begin` to `end`.
  const stopped = (lasts) => ({ begin, end, grid }) => [gauge(one.clock, (time) => (time < begin || time >= Math.min(end, begin + lasts) ? time : begin), grid)];
  return { over: 0, crosses: threshold, isEvent: true, above: stopped(Infinity), below: stopped(0.75 * threshold) };
}

export function scenariosOf(one) {
  const kind = kindOf(one);
  const wait = seconds(one.for);
  const step = Math.max(kind.over, wait) > 3600 ? 300 : 30;
  const labels = `alertname="${one.alert}"`;
  const begin = kind.over + 10 * minute;
  const crossed = begin + kind.crosses;
  const fires = crossed + 1.4 * wait + 2 * step;
  const end = Math.max(fires, begin + kind.over) + 5 * minute;
  const length = end + kind.over + 10 * minute;
  const grid = { step, length };
  const never = [[length, hasFired(labels, length), 0]];
  return [
    scenario('fires, and ends', step, kind.above({ begin, end, grid }), [
      [begin - step, hasFired(labels, begin), 0],
      ...(wait > 0 ? [[crossed + 0.7 * wait, hasFired(labels, length), 0]] : []),
      [fires, firing(labels), 1],
      [end + kind.over + 5 * minute + step, firing(labels), 0],
    ]),
    ...(kind.below ? [scenario('is silent below', step, kind.below({ begin, end, grid }), never)] : []),
    ...(kind.few ? [scenario('is silent about few', step, kind.few({ begin, end, grid }), never)] : []),
    ...(kind.isEvent ? [] : [scenario('is silent on a blip', step, kind.above({ begin, end: begin + minute, grid }), never)]),
    ...(one.counter || one.ratio ? [scenario('is silent at a reset', step, kind.above({ begin: length * 2, end: length * 2, grid, resets: [begin] }), never)] : []),
  ];
}

// The alert with each number halved and doubled; of nothing tolerated, with one.
export function mutantsOf(one) {
  const numbers = one.threshold === 0 ? [1] : [one.threshold / 2, one.threshold * 2];
  const waits = seconds(one.for) === 0 ? ['20m'] : [`${seconds(one.for) / 2}s`, `${seconds(one.for) * 2}s`];
  const events = one.ratio ? [one.ratio.eventsMin / 2, one.ratio.eventsMin * 2] : [];
  return [
    ...numbers.map((threshold) => ({ what: `threshold ${threshold}`, alert: { ...one, threshold } })),
    ...waits.map((wait) => ({ what: `for ${wait}`, alert: { ...one, for: wait } })),
    ...events.map((eventsMin) => ({ what: `eventsMin ${eventsMin}`, alert: { ...one, ratio: { ...one.ratio, eventsMin } } })),
  ];
}
