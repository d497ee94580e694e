// Who is told of what: pages at once and again every hour, tickets once a day, by email unless told otherwise. Receivers are yours
// to replace (a pager's webhook for `page`, an issue tracker's for `ticket`); routes and inhibitions are what alerts count on.
const address = (name) => `tamarack-${name}@services.example`;

export function alertmanagerConfig({ smarthost = 'localhost:25' } = {}) {
  const receiver = (name) => ({ name, email_configs: [{ to: address(name), send_resolved: true }] });
  return {
    global: { smtp_smarthost: smarthost, smtp_from: address('alerts'), smtp_require_tls: false },
    route: {
      receiver: 'ticket', group_by: ['alertname', 'slo', 'job'], group_wait: '30s', group_interval: '5m', repeat_interval: '24h',
      routes: [
        { receiver: 'watchdog', matchers: ['alertname="Watchdog"'], repeat_interval: '5m' },
        { receiver: 'page', matchers: ['severity="page"'], group_wait: '10s', repeat_interval: '1h' },
      ],
    },
    receivers: [receiver('page'), receiver('ticket'), { name: 'watchdog' }],
    inhibit_rules: [
      // Who is awake for an objective needs no ticket about it; and of a process that is gone nothing else need be told.
      { source_matchers: ['severity="page"', 'slo!=""'], target_matchers: ['severity="ticket"'], equal: ['slo', 'api'] },
      { source_matchers: ['alertname="JobAbsent"'], target_matchers: ['alertname!="JobAbsent"'], equal: ['job'] },
    ],
  };
}
