// What is tried of an objective's alerts: each pair of windows fires when so much of the budget burns, no earlier and no later, and
// ends soon after the fault does, whatever process starts anew meanwhile. A blip of a minute and a few bad events fire nothing.
import { badEventsMin, burns } from '../../deploy/slo/slo.mjs';
import { burnAlert, burnThreshold } from '../../deploy/slo/rules.mjs';
import { counter, firing, gauge, hasFired, scenario, seconds } from './series.mjs';

const minute = 60;
const base = 5 * minute;
const fault = 1.9; // times the threshold: less than the double, so that a doubled one is noticed

// The series that are counted, with labels that the selectors ask for.
function seriesOf(slo) {
  const method = slo.by ? 'tamarack.payments.v1.PaymentService.' + (slo.name.endsWith('writes') ? 'CreatePayment' : 'GetPayment') : methodOf(slo);
  const labels = method ? `job="${slo.service}",method="${method}"` : `job="${slo.service}"`;
  const [name] = slo.ratioMetric.total.split('{');
  if (slo.ratioMetric.bad) {
    const label = name.includes('rpc_server') ? ['code', 'OK', 'UNAVAILABLE'] : ['status', '200', '503'];
    return { good: `${name}{${labels},${label[0]}="${label[1]}"}`, bad: `${name}{${labels},${label[0]}="${label[2]}"}` };
  }
  const le = slo.ratioMetric.good.match(/le="([^"]*)"/)[1];
  return { total: `${name}{${labels}}`, within: `${name.replace(/_count$/, '_bucket')}{${labels},le="${le}"}` };
}
const methodOf = (slo) => slo.ratioMetric.total.match(/method=~"([^"|(]*)/)?.[1].replaceAll('[.]', '.').replace(/[.]$/, '.GetJwks');

// Inputs of `rate(time)` events a second, of which `share(time)` are bad.
function inputsOf(slo, rate, share, grid) {
  if (slo.timeslice) {
    const labels = `slo="${slo.name}",service="${slo.service}"`;
    const lastMinutes = [0.5, 1.5, 2.5, 3.5, 4.5]; // as recorded: an average
    const bad = (time) => lastMinutes.reduce((sum, before) => sum + share(time - before * minute), 0) / lastMinutes.length;
    return [gauge(`slo:valid:rate5m{${labels}}`, () => 1, grid), gauge(`slo:bad:rate5m{${labels}}`, bad, grid)];
  }
  const { good, bad, total, within } = seriesOf(slo);
  const goodRate = (time) => rate(time) * (1 - share(time));
  if (good) return [counter(good, goodRate, grid), counter(bad, (time) => rate(time) * share(time), grid)];
  return [counter(total, rate, grid), counter(within, goodRate, grid)];
}

const labelsOf = (slo, burn) => `alertname="${burnAlert(slo)}",long_window="${burn.long}"`;
const stepOf = (burn) => ({ '1h': 60, '6h': 120 })[burn.long] ?? 240;

export function burnScenarios(slo, burn) {
  const [long, short] = [seconds(burn.long), seconds(burn.short)];
  const labels = labelsOf(slo, burn);
  const step = stepOf(burn);
  const threshold = burnThreshold(slo, burn);
  const share = fault * threshold;
  const [begin, end] = [long, 1.75 * long];
  const length = end + short + base + 3 * step;
  const lag = burn.short === '5m' ? 0 : base / 2;
  const grid = { step, length, resets: slo.timeslice ? [] : [long / 2, 1.3 * long] };
  const main = scenario(`burns ${burn.long}`, step, inputsOf(slo, () => 100, (time) => (time >= begin && time < end ? share : 0), grid), [
    [begin + (0.75 / fault) * long, hasFired(labels, length), 0],
    [begin + (1.3 / fault) * long + base / 2, firing(labels), 1],
    // Still over the long window, and not over the short one.
    [end + (1 - 0.75 / fault) * short + lag, firing(labels), 0],
    [end + short + base + step, firing(labels), 0],
  ]);
  if (slo.timeslice) return [main];
  const few = (events, fired) => scenario(`${events} bad events in ${burn.long}`, step,
    inputsOf(slo, () => events / long, () => 1, { step, length: long }), [[long, firing(labels), fired]]);
  return [main, few(0.75 * badEventsMin, 0), few(1.5 * badEventsMin, 1)];
}

// Of both pairs that page: a minute that takes three quarters of what pages in an hour.
export function blipScenario(slo) {
  const step = minute;
  const begin = seconds('6h');
  const length = begin + seconds('1h');
  const share = Math.min(1, (0.75 * burnThreshold(slo, burns[0]) * 3600) / minute);
  const inputs = inputsOf(slo, () => 100, (time) => (time >= begin && time < begin + minute ? share : 0), { step, length });
  return scenario('a blip of a minute', step, inputs, [[length, hasFired(`alertname="${burnAlert(slo)}",severity="page"`, length), 0]]);
}

// How soon a page comes: an outage within three minutes, one request in twenty within twenty.
export function speedScenarios(slo) {
  const step = 30;
  const begin = seconds('1h');
  return [[1, 180], [0.05, 1200]].map(([share, within]) => {
    const length = begin + within;
    const inputs = inputsOf(slo, () => 100, (time) => (time >= begin ? share : 0), { step, length });
    return scenario(`${share * 100} % fail`, step, inputs, [[length, firing(labelsOf(slo, burns[0])), 1]]);
  });
}

// What is counted in time: a slice is bad above `max`.
export function timesliceScenario({ timeslice: { gauge: name, max } }) {
  const series = name.replace(/=~"([^"|]*)[^"]*"/, '="$1"');
  const at = (level, value) => scenario(`oldest of ${level}`, 30, [gauge(series, () => level, { step: 30, length: 600 })], [[600, 'sum(slo:bad:rate5m)', value], [600, 'sum(slo:valid:rate5m)', 1]]);
  return [at(0.75 * max, 0), at(1.5 * max, 1)];
}

