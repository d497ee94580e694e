// Where jobs go: a fair share of what is in flight for each, and a breaker of its own.
#pragma once

#include "platform/work/breaker.h"

#include <map>
#include <string>

namespace tamarack::work {

// Lives on one loop.
class Destinations {
 public:
  Destinations(int share_max, BreakerOptions options) : share_max_(share_max), options_(options) {}

  // How many jobs may begin at it now.
  int Room(const std::string& name, Time now);
  // Those where fewer than the share may begin, and how many. Forgets those that are as if new.
  std::map<std::string, int> Limited(Time now);
  int share_max() const { return share_max_; }
  // How many are out of order.
  int open() const;

 private:
  friend class Try;
  struct Destination {
    Breaker breaker;
    int in_flight = 0;
  };
  std::map<std::string, Destination> all_;
  const int share_max_;
  const BreakerOptions options_;
};

// One try of a job at a destination; counts as in flight while it lives.
class Try {
 public:
  // `is_known_down`: as others found out, in case nothing is known of it here.
  Try(Destinations& destinations, const std::string& name, std::string job_id,
      bool is_known_down = false);
  ~Try();
  Try(const Try&) = delete;
  Try& operator=(const Try&) = delete;

  // It answered, whatever it said.
  void Reached() { Learn(Contact::kReached); }
  // It answered with an error of its own, or not to what was sent. True: it is out of order, so
  // this is no failure of the job, whose attempts it must not use up.
  bool Failed() { return Learn(Contact::kFailed); }
  // Nothing was sent (no address, connection, TLS or greeting): never the job's fault. True as
  // above.
  bool NotReached() { return Learn(Contact::kNotReached); }
  // One of these. True: it failed, and is out of order.
  bool Learn(Contact contact);

 private:
  const std::map<std::string, Destinations::Destination>::iterator at_;
  const std::string job_id_;
  bool is_probe_ = false;
  bool has_learnt_ = false;
};

}  // namespace tamarack::work
