#pragma once

#include "services/tellusonce/change_repository.h"

#include <string_view>

namespace tamarack::tellusonce {

// That a ministry has read the address of a delivery.
struct Reading {
  work::Claim claim;    // of the delivery's id
  std::string subject;  // the person, as the platform knows them
  std::string ministry_id;
  std::string purpose_en;
  std::string purpose_fr;
  int64_t read_micros = 0;
  int attempts = 0;  // with this one
};

// Table `delivery` as the ministries see it: each only its own, of one mode.
class DeliveryRepository {
 public:
  DeliveryRepository(pg::Pool& pool, const ChangeRepository& changes)
      : pool_(pool), changes_(changes) {}

  // With the address; notes the first reading. NOT_FOUND when the ministry has no such delivery.
  Async<v1::Delivery> Read(const auth::Owner& ministry, std::string_view delivery_id);

  // Notes what became of it; the answer is without the address. An outcome follows `accepted`;
  // repeating one changes nothing; another one after `applied` or `rejected` is
  // FAILED_PRECONDITION.
  Async<v1::Delivery> ReportOutcome(const auth::Owner& ministry,
                                    const v1::ReportOutcomeRequest& request);

  // First readings that identity does not know of yet.
  Async<std::vector<Reading>> ClaimReadings(int limit, std::chrono::milliseconds lease);
  work::Queue readings() const;
  AsyncStatus MarkReported(const Reading& reading);

 private:
  pg::Pool& pool_;
  const ChangeRepository& changes_;
};

}  // namespace tamarack::tellusonce
