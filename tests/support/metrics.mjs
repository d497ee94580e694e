// What a process counts, at its admin port.
export const metricNames = { poolWaiting: 'tamarack_pg_waiting', poolInUse: 'tamarack_pg_connections_in_use' };

// The sum of all series of the metric; 0 where there is none yet.
export async function metric(admin, name) {
  const text = await (await fetch(`${admin}/metrics`)).text();
  return [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce((sum, [, value]) => sum + Number(value), 0);
}
