#pragma once

#include <string>
#include <vector>

namespace tamarack::gateway {

// What came of looking at the configuration and the back ends' descriptors: for the log, the admin
// port and --check.
struct LoadReport {
  struct Backend {
    std::string name;
    bool is_reflected = false;
    bool is_served = false;             // With the version offered now or an earlier one.
    bool is_current = false;            // With the version offered now.
    size_t routes = 0;                  // Served.
    std::vector<std::string> problems;  // Why the version offered now is not served.
    std::vector<std::string> warnings;  // Of the version offered now.
    std::vector<std::string> notes;     // Methods without a route, and why.
  };
  std::string time;                   // RFC 3339, UTC.
  std::vector<std::string> problems;  // Of the configuration file as a whole: nothing changed.
  std::vector<std::string> warnings;
  std::vector<Backend> backends;

  // No problem anywhere.
  bool is_clean() const;
};

// As one JSON object.
std::string FormatReport(const LoadReport& report);

// One log line for each problem and warning, and one for the whole.
void LogReport(const LoadReport& report);

}  // namespace tamarack::gateway
