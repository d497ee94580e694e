#pragma once

// SQL: when delivery `d` was taken; its webhook delivery `w` (LEFT JOIN) is forgotten after a
// while.
#define DELIVERED_AT "CASE WHEN w.state = 2 THEN w.finished_at ELSE d.delivered_at END"
// Its state, as Delivery.state names it. Without a webhook delivery (no such ministry, or its
// endpoint was disabled before) nobody tries: as parked.
#define DELIVERY_STATE                                                           \
  "coalesce(d.outcome, CASE WHEN w.state = 1 THEN 'queued' WHEN w.state = 2 OR " \
  "d.delivered_at IS NOT NULL THEN 'delivered' ELSE 'parked' END)"
