// Series as promtool's tests write them: one value a step, from time 0 on.
import { seconds } from '../../deploy/slo/rules.mjs';

const printed = (value) => (Number.isInteger(value) ? String(value) : value.toPrecision(12));

// `at(time)` is the value at a time in seconds, or null where there is none.
export const gauge = (series, at, { step, length }) => ({
  series,
  values: Array.from({ length: Math.ceil(length / step) + 1 }, (_, i) => at(i * step)).map((value) => (value === null ? '_' : printed(value))).join(' '),
});

// `rate(time)` is what is counted a second; at the times in `resets` its process starts anew.
export function counter(series, rate, { step, length, resets = [] }) {
  let value = 0;
  return gauge(series, (time) => {
    if (resets.some((reset) => time - step < reset && reset <= time)) value = 0;
    else if (time > 0) value += rate(time - step) * step;
    return value;
  }, { step, length });
}

// What promtool runs: `checks` are [time, expression, value].
export const scenario = (name, step, inputs, checks) => ({
  name, interval: `${step}s`, input_series: inputs,
  promql_expr_test: checks.map(([time, expr, value]) => ({ expr, eval_time: `${Math.round(time)}s`, exp_samples: [{ labels: '{}', value }] })),
});

// How many alerts fire, or have fired since the beginning.
const alerts = (labels) => `ALERTS{alertstate="firing",${labels}}`;
export const firing = (labels) => `count(${alerts(labels)}) or vector(0)`;
export const hasFired = (labels, length) => `count(count_over_time(${alerts(labels)}[${Math.ceil(length)}s])) or vector(0)`;
export { seconds };
