// Grafana dashboards for what slo.mjs promises and names: they read the same series as the rules.
import { timeWindow } from './slo.mjs';

const rateOf = (metric, by, selector = '') => `sum by (${by}) (rate(${metric}{${selector}}[$__rate_interval]))`;
const quantile = (q, histogram, by, selector = '') => `histogram_quantile(${q}, sum by (${by}, le) (rate(${histogram}_bucket{${selector}}[$__rate_interval])))`;

// [title, unit, [expr, legend]...]; two panels stand side by side.
const dashboards = [
  {
    uid: 'tamarack-slo', title: 'Tamarack: what is promised', variables: [],
    panels: [
      [`Error budget left, ${timeWindow.duration}`, 'percentunit', ['slo:error_budget:remaining', '{{slo}} {{api}}']],
      ['Bad events, last hour', 'percentunit', ['slo:bad:ratio_rate1h', '{{slo}} {{api}}']],
      ['Events a second', 'reqps', ['slo:valid:rate5m', '{{slo}} {{api}}']],
      ['Alerts that fire', 'short', ['sum by (alertname, severity, team) (ALERTS{alertstate="firing"})', '{{severity}} {{alertname}}']],
    ],
  },
  {
    uid: 'tamarack-gateway', title: 'Tamarack: gateway', variables: [],
    panels: [
      ['Requests by status', 'reqps', [rateOf('tamarack_gateway_requests_total', 'status'), '{{status}}']],
      ['5xx by method', 'reqps', [rateOf('tamarack_gateway_requests_total', 'method', 'status=~"5.."'), '{{method}}']],
      ['Time to answer, 99 %', 's', [quantile(0.99, 'tamarack_gateway_request_duration_seconds', 'method'), '{{method}}']],
      ['Back ends that are up', 'short', ['max by (backend) (tamarack_gateway_backend_up)', '{{backend}}']],
      ['Turned away', 'reqps', [rateOf('tamarack_gateway_shed_total', 'priority'), 'shed {{priority}}'], [rateOf('tamarack_gateway_rate_limited_total', 'class'), 'limited {{class}}']],
      ['Configuration', 'short', ['tamarack_gateway_configuration_clean', 'clean {{instance}}'], ['tamarack_gateway_limiter_counts_alone', 'counts alone {{instance}}'], ['tamarack_gateway_routes', 'routes {{instance}}']],
      ['Loads', 'short', ['sum by (outcome) (increase(tamarack_gateway_loads_total[$__rate_interval]))', '{{outcome}}']],
    ],
  },
  {
    uid: 'tamarack-process', title: 'Tamarack: one process', variables: [['job', 'label_values(process_start_time_seconds, job)']],
    panels: [
      ['Calls by code', 'reqps', [rateOf('tamarack_rpc_server_requests_total', 'code', 'job="$job"'), '{{code}}']],
      ['Time to answer a call, 99 %', 's', [quantile(0.99, 'tamarack_rpc_server_duration_seconds', 'method', 'job="$job"'), '{{method}}']],
      ['Connections to PostgreSQL', 'short', ['sum(tamarack_pg_connections_in_use{job="$job"})', 'in use'], ['sum(tamarack_pg_connections_max{job="$job"})', 'there are'], ['sum(tamarack_pg_waiting{job="$job"})', 'callers wait']],
      ['Statements, 99 %', 's', [quantile(0.99, 'tamarack_pg_query_duration_seconds', 'statement', 'job="$job"'), '{{statement}}']],
      ['Errors of PostgreSQL', 'short', [rateOf('tamarack_pg_errors_total', 'code', 'job="$job"'), '{{code}}'], [rateOf('tamarack_pg_connects_total', 'job', 'job="$job"'), 'connections opened']],
      ['Readiness', 'short', ['min by (check) (tamarack_readiness_check_ok{job="$job"})', '{{check}}']],
      ['CPU', 'percentunit', [rateOf('process_cpu_seconds_total', 'instance', 'job="$job"'), '{{instance}}']],
      ['Memory', 'bytes', ['process_resident_memory_bytes{job="$job"}', '{{instance}}']],
      ['Open files', 'short', ['process_open_fds{job="$job"}', '{{instance}}'], ['process_max_fds{job="$job"}', 'may be open, {{instance}}']],
      ['Keys', 'short', ['tamarack_keyring_version_in_use{job="$job"}', 'version in use {{instance}}'], ['max by (column) (tamarack_keyring_rows_left{job="$job"})', 'left {{column}}'], ['sum by (table) (tamarack_unreadable_rows_total{job="$job"})', 'unreadable {{table}}'], ['sum(tamarack_keyring_reload_failures_total{job="$job"})', 'files refused']],
      ['Days until certificates end', 'short', ['(min by (use) (tamarack_tls_certificate_expiry_timestamp_seconds{job="$job"}) - time()) / 86400', '{{use}}']],
      ['Log lines dropped', 'short', ['sum by (instance) (increase(tamarack_log_lines_dropped_total{job="$job"}[$__rate_interval]))', '{{instance}}']],
      ['What runs', 'short', ['count by (version, commit) (tamarack_build_info{job="$job"})', '{{version}} {{commit}}'], ['time() - process_start_time_seconds{job="$job"}', 'seconds up, {{instance}}']],
    ],
  },
  {
    uid: 'tamarack-work', title: 'Tamarack: work and money', variables: [],
    panels: [
      ['Jobs that wait', 'short', ['max by (job, queue) (tamarack_work_depth)', '{{job}} {{queue}}']],
      ['Age of the oldest', 's', ['max by (job, queue) (tamarack_work_oldest_age_seconds)', '{{job}} {{queue}}']],
      ['Given up, and out of order', 'short', ['max by (job, queue) (tamarack_work_parked)', 'parked {{job}} {{queue}}'], ['max by (job, queue) (tamarack_work_destinations_out_of_order)', 'out of order {{job}} {{queue}}']],
      ['In flight', 'short', ['sum by (job, queue) (tamarack_work_in_flight)', '{{job}} {{queue}}']],
      ['Webhooks', 'short', [rateOf('tamarack_webhook_attempts_total', 'job, error'), '{{job}} {{error}}'], ['max by (job) (tamarack_webhook_events_without_delivery)', 'events without delivery {{job}}']],
      ['Webhooks: time from the event, 99 %', 's', [quantile(0.99, 'tamarack_webhook_delivery_duration_seconds', 'job'), '{{job}}']],
      ['Emails', 'short', [rateOf('tamarack_notify_delivered_total', 'job'), 'delivered'], [rateOf('tamarack_notify_postponed_total', 'job'), 'postponed'], [rateOf('tamarack_notify_failed_total', 'status'), '{{status}}']],
      ['Emails: time to the relay, 99 %', 's', [quantile(0.99, 'tamarack_notify_handover_duration_seconds', 'job'), '{{job}}']],
      ['Payments by status', 'short', [rateOf('tamarack_payments_status_total', 'status'), '{{status}}'], [rateOf('tamarack_payments_idempotent_replays_total', 'job'), 'replays']],
      ['Card processor', 's', [quantile(0.99, 'tamarack_payments_processor_duration_seconds', 'operation, result'), '{{operation}} {{result}}']],
      ['Card processor: trouble', 'short', [rateOf('tamarack_payments_processor_unknown_outcomes_total', 'job'), 'answers lost'], [rateOf('tamarack_payments_processor_recovered_total', 'job'), 'found out'], [rateOf('tamarack_payments_processor_job_failures_total', 'job'), 'captures failed']],
      ['Ledger balances', 'short', ['min by (mode) (tamarack_payments_ledger_balanced)', '{{mode}}'], ['(time() - min by (mode) (tamarack_payments_ledger_audit_timestamp_seconds)) / 3600', 'hours since {{mode}} was audited']],
      ['Sign-ins', 'short', [rateOf('tamarack_identity_sign_ins_total', 'job'), 'signed in'], [rateOf('tamarack_identity_sign_in_failures_total', 'job'), 'refused'], [rateOf('tamarack_identity_registrations_total', 'job'), 'registered']],
      ['Tokens and consents', 'short', [rateOf('tamarack_identity_tokens_total', 'grant'), '{{grant}}'], [rateOf('tamarack_identity_consents_total', 'job'), 'consents'], [rateOf('tamarack_identity_consents_withdrawn_total', 'job'), 'withdrawn'], [rateOf('tamarack_identity_claims_reads_total', 'job'), 'claims read'], [rateOf('tamarack_identity_code_reuses_total', 'job'), 'codes reused']],
      ['Emails with codes', 'short', [rateOf('tamarack_identity_emails_accepted_total', 'job'), 'accepted'], [rateOf('tamarack_identity_email_failures_total', 'job'), 'failed'], [rateOf('tamarack_identity_emails_given_up_total', 'job'), 'given up']],
    ],
  },
];

const datasource = { type: 'prometheus', uid: '${datasource}' };
const size = { w: 12, h: 8 };

const panelOf = ([title, unit, ...targets], index) => ({
  id: index + 1, type: 'timeseries', title, datasource,
  gridPos: { ...size, x: (index % 2) * size.w, y: Math.floor(index / 2) * size.h },
  fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
  options: { legend: { displayMode: 'list', placement: 'bottom', showLegend: true }, tooltip: { mode: 'multi', sort: 'desc' } },
  targets: targets.map(([expr, legendFormat], at) => ({ refId: String.fromCharCode(65 + at), datasource, expr, legendFormat })),
});

const variableOf = ([name, query]) => ({ name, type: 'query', datasource, query, definition: query, refresh: 2, sort: 1 });

// File name to dashboard.
export const allDashboards = () => Object.fromEntries(dashboards.map(({ uid, title, variables, panels }) => [`${uid}.json`, {
  uid, title, tags: ['tamarack'], schemaVersion: 39, editable: false, timezone: 'browser', refresh: '30s', time: { from: 'now-6h', to: 'now' },
  templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }, ...variables.map(variableOf)] },
  panels: panels.map(panelOf),
}]));
