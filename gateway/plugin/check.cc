#include "gateway/plugin/check.h"

#include "platform/base/status.h"
#include "platform/text/text.h"

#include <fmt/format.h>

namespace tamarack::gateway {
namespace {

void AppendLines(const char* kind, const std::string& name, const std::vector<std::string>& lines,
                 std::string* out) {
  for (const std::string& line : lines)
    absl::StrAppend(out, kind, ": ", name, name.empty() ? "" : ": ", text::ValidUtf8(line), "\n");
}

}  // namespace

std::string DescribeLoad(const Loader::Result& loaded) {
  std::string text;
  AppendLines("problem", "", loaded.report.problems, &text);
  for (const auto& backend : loaded.report.backends) {
    AppendLines("problem", backend.name, backend.problems, &text);
    AppendLines("warning", backend.name, backend.warnings, &text);
    AppendLines("no route", backend.name, backend.notes, &text);
  }
  for (const auto& route : loaded.snapshot->routes->routes()) {
    text += fmt::format("{:7} {}  {}  {}\n", route->http_method, route->path,
                        route->method->full_name(),
                        api::v1::MethodPolicy::Access_Name(route->policy.access()));
  }
  return text + fmt::format("{} back ends, {} routes, {}\n", loaded.report.backends.size(),
                            loaded.snapshot->routes->routes().size(),
                            loaded.report.is_clean() ? "no problem" : "with problems");
}

std::string StartProblems(const LoadReport& report) {
  std::string text;
  AppendLines("problem", "", report.problems, &text);
  for (const auto& backend : report.backends) {
    if (!backend.is_reflected) AppendLines("problem", backend.name, backend.problems, &text);
  }
  return text;
}

}  // namespace tamarack::gateway
