// Jobs of what was claimed, for queues with one destination.
#pragma once

#include "platform/work/worker.h"

#include <concepts>
#include <utility>
#include <vector>

namespace tamarack::work {

// One for each row, which is a Claim or has one; `run` does it.
template <class Row, std::invocable<const Row&, Try&> Run>
std::vector<Job> JobsOf(std::vector<Row> rows, const Run& run) {
  std::vector<Job> jobs;
  for (Row& row : rows) {
    Claim claim;
    if constexpr (std::same_as<Row, Claim>) {
      claim = row;
    } else {
      claim = row.claim;
    }
    jobs.push_back(
        {.claim = std::move(claim),
         .destination = {},
         .is_known_down = false,
         .run = [run, row = std::move(row)](Try& attempt) { return run(row, attempt); }});
  }
  return jobs;
}

}  // namespace tamarack::work
