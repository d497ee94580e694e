#include "gateway/plugin/load_report.h"

#include "platform/telemetry/log.h"
#include "platform/text/text.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

#include <algorithm>

namespace tamarack::gateway {
namespace json = boost::json;
using telemetry::Level;

bool LoadReport::is_clean() const {
  return problems.empty() && std::ranges::all_of(backends, &Backend::is_current);
}

std::string FormatReport(const LoadReport& report) {
  json::array backends;
  for (const auto& backend : report.backends) {
    backends.push_back({{"name", backend.name},
                        {"served", backend.is_served},
                        {"current", backend.is_current},
                        {"routes", backend.routes},
                        {"problems", json::value_from(backend.problems)},
                        {"warnings", json::value_from(backend.warnings)},
                        {"without_route", json::value_from(backend.notes)}});
  }
  // What descriptors and paths say may be any bytes.
  return text::ValidUtf8(
             json::serialize(json::object{{"time", report.time},
                                          {"clean", report.is_clean()},
                                          {"problems", json::value_from(report.problems)},
                                          {"warnings", json::value_from(report.warnings)},
                                          {"backends", std::move(backends)}})) +
         "\n";
}

namespace {

// A version that has nothing in common with the one before has a problem for each route.
constexpr size_t kLinesMax = 10;

void LogLines(Level level, const char* message, const std::string& backend,
              const std::vector<std::string>& lines) {
  for (size_t i = 0; i < std::min(lines.size(), kLinesMax); ++i)
    telemetry::Log(level, message, {{"backend", backend}, {"why", lines[i]}});
  if (lines.size() > kLinesMax)
    telemetry::Log(level, message, {{"backend", backend}, {"more", lines.size() - kLinesMax}});
}

}  // namespace

void LogReport(const LoadReport& report) {
  for (const auto& problem : report.problems)
    telemetry::Log(Level::kError, "configuration refused", {{"why", problem}});
  for (const auto& warning : report.warnings)
    telemetry::Log(Level::kWarning, "configuration", {{"why", warning}});
  size_t routes = 0;
  for (const auto& backend : report.backends) {
    LogLines(Level::kError, "back end refused", backend.name, backend.problems);
    LogLines(Level::kWarning, "back end", backend.name, backend.warnings);
    LogLines(Level::kInfo, "method without route", backend.name, backend.notes);
    routes += backend.routes;
  }
  telemetry::Log(
      Level::kInfo, "configuration loaded",
      {{"backends", report.backends.size()}, {"routes", routes}, {"clean", report.is_clean()}});
}

}  // namespace tamarack::gateway
