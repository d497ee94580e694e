#include "platform/postgres/values.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tamarack::pg {
namespace {

enum class State : int16_t { kPaid = 7 };

std::optional<std::string> Encoded(const auto& value) {
  return Params(value).values().at(0);
}

// A one-cell result, as if the server had sent this text.
Rows Cell(const char* text) {
  PGresult* result = PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
  PGresAttDesc column{};
  char name[] = "c";
  column.name = name;
  PQsetResultAttrs(result, 1, &column);
  PQsetvalue(result, 0, 0, const_cast<char*>(text),
             text ? static_cast<int>(std::strlen(text)) : -1);
  return Rows(result);
}

TEST_CASE("Params: each kind of value has its text form", "[postgres]") {
  CHECK(Encoded(true) == "t");
  CHECK(Encoded(false) == "f");
  CHECK(Encoded(-9'000'000'000) == "-9000000000");
  CHECK(Encoded(State::kPaid) == "7");
  CHECK(Encoded("a literal is text, not a bool") == "a literal is text, not a bool");
  CHECK(Encoded(std::string("é")) == "é");
  CHECK(Encoded(0.1) == "0.1");
  CHECK(Encoded(Bytes{std::string_view("\0\xff z", 4)}) == "\\x00ff207a");
  CHECK(Encoded(std::nullopt) == std::nullopt);
  CHECK(Encoded(std::optional<std::string>()) == std::nullopt);
  CHECK(Encoded(std::optional<int64_t>(5)) == "5");
}

TEST_CASE("Params: a time point is written in UTC with microseconds", "[postgres]") {
  TimePoint time = FromUnixMicros(1'764'000'000'000'250);
  CHECK(Encoded(time) == "2025-11-24 16:00:00.000250+00");
}

TEST_CASE("Times are written and read back the same, from the year 1 to 9999 and beyond",
          "[postgres]") {
  auto back = [](TimePoint time) {
    return FromUnixMicros(Cell(Encoded(time)->c_str()).TimeMicros(0, 0));
  };
  std::mt19937_64 random(7);
  std::uniform_int_distribution<int64_t> micros(-62'135'596'800'000'000, 253'402'300'799'999'999);
  for (int i = 0; i < 100'000; ++i) {
    TimePoint time = FromUnixMicros(micros(random));
    REQUIRE(UnixMicros(back(time)) == UnixMicros(time));
  }
  using std::chrono::sys_days;
  for (TimePoint time : {TimePoint(sys_days(std::chrono::year(9999) / 12 / 31)),
                         TimePoint(sys_days(std::chrono::year(1) / 1 / 1)),
                         TimePoint(sys_days(std::chrono::year(0) / 2 / 29)),
                         TimePoint(sys_days(std::chrono::year(-43) / 3 / 15)),
                         TimePoint(sys_days(std::chrono::year(12345) / 6 / 7))}) {
    CHECK(UnixMicros(back(time)) == UnixMicros(time));
  }
  CHECK(Encoded(TimePoint(sys_days(std::chrono::year(-43) / 3 / 15))) ==
        "0044-03-15 00:00:00.000000+00 BC");
  CHECK(Encoded(TimePoint::max()) == "infinity");
  CHECK(Encoded(TimePoint::min()) == "-infinity");
  CHECK(Cell("294276-12-31 23:59:59.999999+00").TimeMicros(0, 0) == INT64_MAX);
}

TEST_CASE("Params: arrays quote what could be mistaken for syntax", "[postgres]") {
  CHECK(Encoded(std::vector<std::string>{}) == "{}");
  CHECK(Encoded(std::vector<std::string>{"a,b", "c\"d\\e", "NULL", ""}) ==
        R"({"a,b","c\"d\\e","NULL",""})");
  CHECK(Encoded(std::vector<std::optional<std::string>>{"x", std::nullopt}) == R"({"x",NULL})");
  CHECK(Encoded(std::vector<int64_t>{1, -2}) == R"({"1","-2"})");
  CHECK(Encoded(std::vector<bool>{true, false}) == R"({"t","f"})");
  CHECK(Encoded(std::vector<Bytes>{Bytes{"\x01"}}) == R"({"\\x01"})");
}

TEST_CASE("Rows: a timestamp reads as microseconds since 1970", "[postgres]") {
  CHECK(Cell("1970-01-01 00:00:00+00").TimeMicros(0, 0) == 0);
  CHECK(Cell("2025-11-24 16:00:00.00025+00").TimeMicros(0, 0) == 1'764'000'000'000'250);
  CHECK(Cell("1969-12-31 23:59:59.5+00").TimeMicros(0, 0) == -500'000);
  CHECK(Cell("infinity").TimeMicros(0, 0) == INT64_MAX);
  CHECK(Cell("-infinity").TimeMicros(0, 0) == INT64_MIN);
  CHECK(Cell("0001-01-01 00:00:00+00 BC").TimeMicros(0, 0) == -62'167'219'200'000'000 + 0);
}

TEST_CASE("Rows: bytes, arrays and NULL read back", "[postgres]") {
  CHECK(Cell("\\x00ff207a").Bytes(0, 0) == std::string("\0\xff z", 4));
  CHECK(Cell("\\x").Bytes(0, 0).empty());
  CHECK(Cell("{}").TextArray(0, 0).empty());
  CHECK(Cell(R"({plain,"a,b","c\"d\\e","NULL",NULL,""})").TextArray(0, 0) ==
        std::vector<std::string>{"plain", "a,b", "c\"d\\e", "NULL", "", ""});
  CHECK(Cell(nullptr).IsNull(0, 0));
  CHECK(Cell(nullptr).OptionalText(0, 0) == std::nullopt);
  CHECK(Cell("t").Bool(0, 0));
  CHECK_FALSE(Cell("f").Bool(0, 0));
}

}  // namespace
}  // namespace tamarack::pg
