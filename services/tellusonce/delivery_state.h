#pragma once

// SQL: the state of delivery `d` with webhook delivery `w` (LEFT JOIN), as Delivery.state names it.
// Without one (no such ministry, or its endpoint was disabled before) nobody tries: as parked.
#define DELIVERY_STATE                                                                           \
  "coalesce(d.outcome, CASE w.state WHEN 1 THEN 'queued' WHEN 2 THEN 'delivered' ELSE 'parked' " \
  "END)"
