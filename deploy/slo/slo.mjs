// What the platform promises, and what somebody is told of: the one source of rules, dashboards, runbook links, their tests and the
// table in docs/operations.md. Names are OpenSLO's. After a change: `node deploy/slo/generate.mjs`.
//
// An alert says when (`query op threshold`, for `for`), who is told (severity, team) and what it means. Its runbook is
// docs/runbooks/<runbook>.md. A test makes `fault` true and everything else as `usual`; see tests/slo.
export const links = { runbooks: 'https://tamarack.example/docs/runbooks/', dashboards: 'https://grafana.example/d/' };
export const timeWindow = { duration: '28d', isRolling: true };

// By what factor a budget burns, over a long window and still over a short one. A factor is the share of the budget that is gone by
// the end of the long window, times the windows that fit into 28 days: 2, 5, 10 and 10 %.
export const burns = [
  { long: '1h', short: '5m', factor: 13.44, severity: 'page' },
  { long: '6h', short: '30m', factor: 5.6, severity: 'page' },
  { long: '1d', short: '2h', factor: 2.8, severity: 'ticket' },
  { long: '3d', short: '6h', factor: 0.933, severity: 'ticket' },
];
// Fewer bad events than these in the long window wake nobody: one error at night is no trend.
export const badEventsMin = 5;

const gatewayMethods = 'method=~"tamarack[.].*"'; // ours: a ministry's plug-in is its own
const reads = 'method=~"tamarack[.].*[.](Get|List|Show|Open|Continue)[A-Za-z]*"';
const writes = 'method=~"tamarack[.].*",method!~".*[.](Get|List|Show|Open|Continue)[A-Za-z]*"';
const api = { label: 'api', source: 'method', pattern: 'tamarack[.]([a-z]+)[.].*' };
// Of gRPC, what is our fault; CANCELLED is the caller's.
const faults = 'code=~"UNKNOWN|DEADLINE_EXCEEDED|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS"';
const callsOf = (methods) => ({
  total: `tamarack_rpc_server_requests_total{method=~"${methods}",code!="CANCELLED"}`,
  bad: `tamarack_rpc_server_requests_total{method=~"${methods}",${faults}}`,
});
const within = (histogram, le, selector) => ({
  total: `${histogram}_count{${selector}}`,
  good: `${histogram}_bucket{${selector},le="${le}"}`,
});

export const slos = [
  {
    name: 'gateway-availability', service: 'gateway', target: 0.999, by: api,
    description: 'requests to our APIs are not answered 5xx, by API',
    ratioMetric: { total: `tamarack_gateway_requests_total{${gatewayMethods}}`, bad: `tamarack_gateway_requests_total{${gatewayMethods},status=~"5.."}` },
  },
  {
    name: 'gateway-latency-reads', service: 'gateway', target: 0.99, by: api,
    description: 'what only reads is answered within 300 ms, by API',
    ratioMetric: within('tamarack_gateway_request_duration_seconds', '0.3', reads),
  },
  {
    name: 'gateway-latency-writes', service: 'gateway', target: 0.99, by: api,
    description: 'what changes something is answered within 800 ms, by API',
    ratioMetric: within('tamarack_gateway_request_duration_seconds', '0.8', writes),
  },
  {
    name: 'identity-tokens', service: 'identity', target: 0.9995,
    description: 'tokens are issued, and credentials exchanged',
    ratioMetric: callsOf('tamarack[.]identity[.]v1[.]TokenService[.]Token|tamarack[.]api[.]v1[.]CredentialService[.]Exchange'),
  },
  {
    name: 'identity-keys', service: 'identity', target: 0.9999,
    description: 'who verifies tokens gets the keys',
    ratioMetric: callsOf('tamarack[.]identity[.]v1[.]TokenService[.](GetJwks|GetConfiguration)'),
  },
  {
    name: 'payments-creation', service: 'payments', target: 0.9995,
    description: 'payments are created',
    ratioMetric: callsOf('tamarack[.]payments[.]v1[.]PaymentService[.]CreatePayment'),
  },
  {
    name: 'payments-completion', service: 'payments', target: 0.99,
    description: 'no capture, release or lost answer of the card processor is older than a minute; counted in time',
    timeslice: { gauge: 'tamarack_work_oldest_age_seconds{queue=~"processor_jobs|unresolved_attempts"}', max: 60 },
  },
  {
    name: 'notify-handover', service: 'notify', target: 0.99,
    description: 'emails are with the relay within a minute',
    ratioMetric: within('tamarack_notify_handover_duration_seconds', '60', 'job="notify"'),
  },
  {
    name: 'tellusonce-delivery', service: 'tellusonce', target: 0.99,
    description: 'what a person tells is with the ministry within 15 minutes',
    ratioMetric: within('tamarack_webhook_delivery_duration_seconds', '900', 'job="tellusonce"'),
  },
];

// Must always hold: no budget, whoever is on call is told at once.
export const invariants = [
  {
    alert: 'LedgerOutOfBalance', team: 'payments', runbook: 'ledger-out-of-balance',
    query: 'min by (mode) (tamarack_payments_ledger_balanced)', op: '==', threshold: 0, for: '0m',
    summary: 'Debits and credits of the {{ $labels.mode }} ledger differ',
    means: 'a transfer does not balance: somebody got past the database’s triggers, or a disk lies',
    gauge: 'tamarack_payments_ledger_balanced{job="payments",mode="live"}', usual: 1, fault: 0,
  },
  {
    alert: 'MoneyStuck', team: 'payments', runbook: 'money-stuck',
    query: 'max by (queue) (tamarack_work_oldest_age_seconds{queue=~"processor_jobs|unresolved_attempts"})', op: '>', threshold: 900, for: '5m',
    summary: 'A card’s outcome or a capture has been open for 15 minutes ({{ $labels.queue }})',
    means: 'people’s money is held, and neither captured nor released',
    gauge: 'tamarack_work_oldest_age_seconds{job="payments",queue="processor_jobs"}', usual: 0,
  },
  {
    alert: 'CodeEmailsUnsent', team: 'identity', runbook: 'code-emails-unsent',
    query: 'max by (queue) (tamarack_work_oldest_age_seconds{queue="code_emails"})', op: '>', threshold: 120, for: '2m',
    summary: 'A confirmation code has waited for two minutes',
    means: 'nobody can register or confirm a sign-in: codes end after 15 minutes',
    gauge: 'tamarack_work_oldest_age_seconds{job="identity",queue="code_emails"}', usual: 0,
  },
  {
    alert: 'MailRelayDown', team: 'notify', runbook: 'mail-relay',
    query: 'max by (queue) (tamarack_work_destinations_out_of_order{queue="notifications"})', op: '>', threshold: 0, for: '5m',
    summary: 'The mail relay takes no mail',
    means: 'no email leaves, confirmation codes among them; nothing is lost for 75 hours',
    gauge: 'tamarack_work_destinations_out_of_order{job="notify",queue="notifications"}', usual: 0, fault: 1,
  },
  {
    alert: 'EventWithoutDelivery', team: 'tellusonce', runbook: 'event-without-delivery',
    query: 'max by (job) (tamarack_webhook_events_without_delivery)', op: '>', threshold: 0, for: '0m',
    summary: 'An event of {{ $labels.job }} has no delivery to an endpoint that wants it',
    means: 'a ministry will never be told, and nothing tries to',
    gauge: 'tamarack_webhook_events_without_delivery{job="tellusonce"}', usual: 0, fault: 1,
  },
];

// Causes: tickets, for what people notice is above.
export const causes = [
  {
    alert: 'ReadinessCheckFailing', team: 'platform', runbook: 'not-ready',
    query: 'min by (job, instance, check, hard) (tamarack_readiness_check_ok)', op: '==', threshold: 0, for: '2m',
    summary: '{{ $labels.check }} is missing at {{ $labels.job }} {{ $labels.instance }}',
    means: '`check` is missing; with `hard="true"` the process is not ready',
    gauge: 'tamarack_readiness_check_ok{job="payments",check="postgres",hard="true"}', usual: 1, fault: 0,
  },
  {
    alert: 'RowsUnreadable', team: 'platform', runbook: 'rows-unreadable',
    query: 'sum by (job, table) (increase(tamarack_unreadable_rows_total[6h]))', op: '>', threshold: 0, for: '0m',
    summary: 'Rows of {{ $labels.table }} ({{ $labels.job }}) cannot be read',
    means: 'rows of `table` are altered, or under a key that is gone: [Keys](#keys)',
    counter: 'tamarack_unreadable_rows_total{job="payments",table="payment"}', over: '6h',
  },
  {
    alert: 'KeyringNotUsable', team: 'platform', runbook: 'keyring',
    query: 'sum by (job) (increase(tamarack_keyring_reload_failures_total[10m]))', op: '>', threshold: 0, for: '0m',
    summary: 'A keyring file of {{ $labels.job }} cannot be used',
    means: 'a keyring file that cannot be used was distributed; the keys so far go on',
    counter: 'tamarack_keyring_reload_failures_total{job="payments"}', over: '10m',
  },
  {
    alert: 'KeyringVersionsDiffer', team: 'platform', runbook: 'keyring',
    query: 'max by (job) (tamarack_keyring_version_in_use) - min by (job) (tamarack_keyring_version_in_use)', op: '>', threshold: 0, for: '2m',
    summary: 'Replicas of {{ $labels.job }} use different versions of their keyring',
    means: 'a replica has not got the keyring',
    gauge: 'tamarack_keyring_version_in_use{job="payments",instance="b"}', usual: 1, fault: 2,
    beside: ['tamarack_keyring_version_in_use{job="payments",instance="a"}', 1],
  },
  {
    alert: 'ResealingStuck', team: 'platform', runbook: 'keyring',
    query: 'max by (job, column) (tamarack_keyring_rows_left)', op: '>', threshold: 0, for: '4h',
    summary: 'Rows of {{ $labels.column }} ({{ $labels.job }}) have been under an earlier key for four hours',
    means: 'sealing anew does not come to an end',
    gauge: 'tamarack_keyring_rows_left{job="payments",column="payment.payer_sealed"}', usual: 0, fault: 1,
  },
  {
    alert: 'WebhooksFailing', team: 'platform', runbook: 'subscriber-outage',
    ratio: { bad: 'tamarack_webhook_attempts_total{error!="none"}', total: 'tamarack_webhook_attempts_total', by: 'job', over: '30m', eventsMin: 10 },
    op: '>', threshold: 0.4, for: '15m',
    summary: 'Two in five webhooks of {{ $labels.job }} fail',
    means: 'subscribers do not answer: [Webhooks](#webhooks)',
    bad: 'tamarack_webhook_attempts_total{job="payments",error="timeout"}', good: 'tamarack_webhook_attempts_total{job="payments",error="none"}',
  },
  {
    alert: 'EmailsPostponed', team: 'notify', runbook: 'mail-relay',
    query: 'sum by (job) (increase(tamarack_notify_postponed_total[10m]))', op: '>', threshold: 10, for: '5m',
    summary: 'The mail relay postpones emails',
    means: 'the mail relay refuses or stalls',
    counter: 'tamarack_notify_postponed_total{job="notify"}', over: '10m',
  },
  {
    alert: 'EmailsFailing', team: 'notify', runbook: 'mail-relay',
    ratio: { bad: 'tamarack_notify_failed_total', total: '{__name__=~"tamarack_notify_failed_total|tamarack_notify_delivered_total"}', by: 'job', over: '1h', eventsMin: 20 },
    op: '>', threshold: 0.1, for: '10m',
    summary: 'One email in ten is given up',
    means: 'emails are given up; `tamarack_notify_failed_total` says with what `status`',
    bad: 'tamarack_notify_failed_total{job="notify",status="permanent-failure"}', good: 'tamarack_notify_delivered_total{job="notify"}',
  },
  {
    alert: 'CodeEmailsGivenUp', team: 'identity', runbook: 'code-emails-unsent',
    query: 'sum by (job) (increase(tamarack_identity_emails_given_up_total[1h]))', op: '>', threshold: 0, for: '0m',
    summary: 'notify never took a confirmation email',
    means: 'confirmation emails that notify never took: people cannot register',
    counter: 'tamarack_identity_emails_given_up_total{job="identity"}', over: '1h',
  },
  {
    alert: 'AuthorizationCodeReused', team: 'identity', runbook: 'code-reused',
    query: 'sum by (job) (increase(tamarack_identity_code_reuses_total[1h]))', op: '>', threshold: 0, for: '0m',
    summary: 'An authorization code was presented twice',
    means: 'theft, or a client that repeats',
    counter: 'tamarack_identity_code_reuses_total{job="identity"}', over: '1h',
  },
  {
    alert: 'ProcessorAnswersLost', team: 'payments', runbook: 'processor-outage',
    query: 'sum by (job) (increase(tamarack_payments_processor_unknown_outcomes_total[10m]))', op: '>', threshold: 0, for: '0m',
    summary: 'The card processor loses answers',
    means: 'the card processor loses answers; `tamarack_payments_processor_recovered_total` should follow',
    counter: 'tamarack_payments_processor_unknown_outcomes_total{job="payments"}', over: '10m',
  },
  {
    alert: 'CapturesFailing', team: 'payments', runbook: 'processor-outage',
    query: 'sum by (job) (increase(tamarack_payments_processor_job_failures_total[10m]))', op: '>', threshold: 0, for: '10m',
    summary: 'Captures or releases do not succeed',
    means: 'captures and releases do not succeed; they are tried again, at last every hour',
    counter: 'tamarack_payments_processor_job_failures_total{job="payments"}', over: '10m',
  },
  {
    alert: 'LedgerNotAudited', team: 'payments', runbook: 'ledger-out-of-balance',
    query: 'time() - min by (mode) (tamarack_payments_ledger_audit_timestamp_seconds)', op: '>', threshold: 7200, for: '5m',
    summary: 'The {{ $labels.mode }} ledger has not been added up for two hours',
    means: 'nobody would notice a ledger that does not balance; the log says `ledger not audited`, and why',
    clock: 'tamarack_payments_ledger_audit_timestamp_seconds{job="payments",mode="live"}',
  },
  {
    alert: 'QueueOld', team: 'platform', runbook: 'queue-old',
    query: 'max by (job, queue) (tamarack_work_oldest_age_seconds)', op: '>', threshold: 900, for: '5m',
    summary: 'A job of {{ $labels.queue }} has waited for 15 minutes',
    means: 'jobs of `queue` are not done: [Background work](#background-work)',
    gauge: 'tamarack_work_oldest_age_seconds{job="tellusonce",queue="webhooks"}', usual: 0,
  },
  {
    alert: 'DestinationOutOfOrder', team: 'platform', runbook: 'queue-old',
    query: 'max by (job, queue) (tamarack_work_destinations_out_of_order)', op: '>', threshold: 0, for: '15m',
    summary: 'What {{ $labels.queue }} leads to does not answer',
    means: 'the relay, the card processor, notify or subscribers (`queue`) do not answer',
    gauge: 'tamarack_work_destinations_out_of_order{job="notify",queue="notifications"}', usual: 0, fault: 1,
  },
  {
    alert: 'JobsGivenUp', team: 'platform', runbook: 'queue-old',
    query: 'max by (job, queue) (delta(tamarack_work_parked[1h]))', op: '>', threshold: 0, for: '0m',
    summary: 'Jobs of {{ $labels.queue }} were given up',
    means: 'jobs were given up: `queue` says which',
    counter: 'tamarack_work_parked{job="payments",queue="webhooks"}', over: '1h',
  },
  {
    alert: 'DatabaseConnectionsUsedUp', team: 'platform', runbook: 'surge',
    query: 'max by (job) (tamarack_pg_waiting)', op: '>', threshold: 0, for: '2m',
    summary: 'Callers wait for a connection to PostgreSQL at {{ $labels.job }}',
    means: 'all connections to PostgreSQL are in use',
    gauge: 'tamarack_pg_waiting{job="payments"}', usual: 0, fault: 1,
  },
  {
    alert: 'GatewayConfigurationNotClean', team: 'gateway', runbook: 'gateway-configuration',
    query: 'min by (job) (tamarack_gateway_configuration_clean)', op: '==', threshold: 0, for: '2m',
    summary: 'Something that is offered is not served',
    means: 'something offered is not served: `/config` says what',
    gauge: 'tamarack_gateway_configuration_clean{job="gateway"}', usual: 1, fault: 0,
  },
  {
    alert: 'BackendDown', team: 'gateway', runbook: 'backend-down',
    query: 'max by (backend) (tamarack_gateway_backend_up)', op: '==', threshold: 0, for: '2m',
    summary: 'No gateway reaches {{ $labels.backend }}',
    means: 'no gateway has a connection to `backend`: it is down, or the certificates on the way are wrong',
    gauge: 'tamarack_gateway_backend_up{job="gateway",backend="fishing"}', usual: 1, fault: 0,
  },
  {
    alert: 'MethodFailing', team: 'gateway', runbook: 'backend-down',
    ratio: { bad: 'tamarack_gateway_requests_total{status=~"5.."}', total: 'tamarack_gateway_requests_total', by: 'method', over: '5m', eventsMin: 10 },
    op: '>', threshold: 0.1, for: '5m',
    summary: 'One call of {{ $labels.method }} in ten fails',
    means: 'a back end does not answer: `method` says whose; the log line `credential not exchanged` with a `reason`: identity, or the certificates on the way to it',
    bad: 'tamarack_gateway_requests_total{job="gateway",method="fishing.v1.Seasons.List",status="503"}',
    good: 'tamarack_gateway_requests_total{job="gateway",method="fishing.v1.Seasons.List",status="200"}',
  },
  {
    alert: 'RequestsShed', team: 'gateway', runbook: 'surge',
    query: 'sum by (priority) (increase(tamarack_gateway_shed_total[5m]))', op: '>', threshold: 0, for: '5m',
    summary: 'Requests of priority {{ $labels.priority }} are turned away',
    means: 'requests are turned away so that the rest are served, by `priority`',
    counter: 'tamarack_gateway_shed_total{job="gateway",priority="bulk"}', over: '5m',
  },
  {
    alert: 'LogLinesDropped', team: 'platform', runbook: 'log-lines-dropped',
    query: 'sum by (job, instance) (increase(tamarack_log_lines_dropped_total[10m]))', op: '>', threshold: 0, for: '0m',
    summary: '{{ $labels.job }} {{ $labels.instance }} drops log lines',
    means: 'whatever reads the logs does not keep up: no process waits for it, 4 MiB wait in each, more is dropped, and a line `log lines dropped` says how much',
    counter: 'tamarack_log_lines_dropped_total{job="gateway"}', over: '10m',
  },
  {
    alert: 'LimiterCountsAlone', team: 'gateway', runbook: 'redis',
    query: 'max by (job, instance) (tamarack_gateway_limiter_counts_alone)', op: '>', threshold: 0, for: '2m',
    summary: 'The gateway {{ $labels.instance }} counts limits by itself',
    means: 'Redis is away, each gateway counts limits by itself',
    gauge: 'tamarack_gateway_limiter_counts_alone{job="gateway"}', usual: 0, fault: 1,
  },
  {
    alert: 'CertificateEnding', team: 'platform', runbook: 'certificate-expiry',
    query: 'min by (job, use) (tamarack_tls_certificate_expiry_timestamp_seconds) - time()', op: '<', threshold: 21 * 86400, for: '10m',
    summary: 'The certificate for {{ $labels.use }} at {{ $labels.job }} ends within three weeks',
    means: 'the certificate for `use` has not been renewed',
    expiry: 'tamarack_tls_certificate_expiry_timestamp_seconds{job="payments",use="peer"}',
  },
  {
    alert: 'CertificateEndsSoon', team: 'platform', runbook: 'certificate-expiry', severity: 'page',
    query: 'min by (job, use) (tamarack_tls_certificate_expiry_timestamp_seconds) - time()', op: '<', threshold: 7 * 86400, for: '10m',
    summary: 'The certificate for {{ $labels.use }} at {{ $labels.job }} ends within a week',
    means: 'within a week new connections fail',
    expiry: 'tamarack_tls_certificate_expiry_timestamp_seconds{job="payments",use="peer"}',
  },
  {
    alert: 'FilesRunOut', team: 'platform', runbook: 'surge',
    query: 'max by (job, instance) (process_open_fds / process_max_fds)', op: '>', threshold: 0.6, for: '10m',
    summary: '{{ $labels.job }} {{ $labels.instance }} has opened most of the files that it may',
    means: 'more connections than planned: the next ones get 503. A higher hard limit (`LimitNOFILE`), or replicas',
    gauge: 'process_open_fds{job="gateway"}', usual: 0, scale: 1000, beside: ['process_max_fds{job="gateway"}', 1000],
  },
  {
    alert: 'ProcessRestarts', team: 'platform', runbook: 'backend-down',
    query: 'max by (job, instance) (changes(process_start_time_seconds[30m]))', op: '>', threshold: 2, for: '0m',
    summary: '{{ $labels.job }} {{ $labels.instance }} has restarted again and again',
    means: 'something ends the process: its last log lines, or the machine’s, say what',
    steps: 'process_start_time_seconds{job="payments"}', over: '30m',
  },
  {
    alert: 'ProcessGone', team: 'platform', runbook: 'backend-down',
    query: 'max by (job) (up{job=~"gateway|identity|payments|notify|tellusonce"})', op: '==', threshold: 0, for: '3m',
    summary: 'No process of {{ $labels.job }} answers',
    means: 'no process of `job` answers at its admin port', severity: 'page',
    gauge: 'up{job="payments"}', usual: 1, fault: 0,
  },
];

// Whose absence is told, too: a series that is gone fires no other alert.
export const jobs = ['gateway', 'identity', 'payments', 'notify', 'tellusonce'];
