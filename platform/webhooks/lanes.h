// The order of deliveries, in SQL. Only for the .cc files of this library.
#pragma once

#include "platform/postgres/values.h"

namespace tamarack::webhooks {

// Everything that adds to a lane or finishes its head first locks it until commit. Without that, an
// append could see a head that is just being finished, wait behind it, and never be woken. One lock
// for a subject at all endpoints; sorted, so that two writers cannot wait for each other.
inline constexpr pg::Statement kLockLanes{"webhook_delivery.lock_lanes", R"sql(
  SELECT pg_advisory_xact_lock(lane) FROM (
    SELECT DISTINCT hashtextextended(subject, 7717) AS lane
    FROM unnest($1::text[]) AS subject ORDER BY lane) AS lanes)sql"};

// Makes the oldest pending delivery of each lane its head, where there is none.
inline constexpr pg::Statement kPromote{"webhook_delivery.promote", R"sql(
  UPDATE webhook_delivery SET due_at = now() WHERE delivery_id IN (
    SELECT next.delivery_id
    FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::text[])) AS lane (endpoint_id, subject)
    CROSS JOIN LATERAL (
      SELECT d.delivery_id FROM webhook_delivery d
      WHERE d.endpoint_id = lane.endpoint_id AND d.subject = lane.subject AND d.state = 1
      ORDER BY d.delivery_id LIMIT 1) AS next
    WHERE NOT EXISTS (
      SELECT FROM webhook_delivery head
      WHERE head.endpoint_id = lane.endpoint_id AND head.subject = lane.subject
        AND head.due_at IS NOT NULL)))sql"};

}  // namespace tamarack::webhooks
