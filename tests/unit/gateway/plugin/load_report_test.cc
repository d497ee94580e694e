// What is told of a load is text, whatever bytes a back end's descriptors hold.
#include "gateway/plugin/load_report.h"
#include "gateway/plugin/check.h"
#include "gateway/request/uri.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

TEST_CASE("reports are valid UTF-8", "[gateway][plugin]") {
  std::string bytes = GENERATE(values<std::string>(
      {"é", "\xC3", "\xC3\xC3\xA9", "\xFF\xFE", "\xE2\x82", "\xED\xA0\x80", "a\xF4\x90\x80\x80z"}));
  LoadReport report;
  report.problems = {bytes};
  report.warnings = {"x" + bytes};
  LoadReport::Backend backend;
  backend.name = "t";
  backend.problems = {bytes + "\"}"};
  backend.notes = {bytes, bytes};
  report.backends = {backend};
  std::string json = FormatReport(report);
  CHECK(IsUtf8(json));
  boost::json::error_code error;
  auto parsed = boost::json::parse(json, error);
  REQUIRE_FALSE(error);
  CHECK(parsed.at("backends").at(0).at("without_route").as_array().size() == 2);
  CHECK(IsUtf8(StartProblems(report)));
}

}  // namespace
}  // namespace tamarack::gateway
