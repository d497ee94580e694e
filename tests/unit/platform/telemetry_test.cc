#include "platform/config/build_info.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"
#include "platform/telemetry/process.h"
#include "platform/telemetry/trace.h"

#include <absl/strings/str_split.h>
#include <absl/time/clock.h>
#include <sys/mman.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

namespace telemetry = tamarack::telemetry;
namespace json = boost::json;
using telemetry::Level;

namespace {

json::object ParsedLine(const telemetry::LogContext& context, telemetry::Fields fields) {
  std::string line = telemetry::FormatLogLine("2026-11-24T12:00:00.000Z", Level::kInfo, "payments",
                                              context, "payment captured", fields);
  REQUIRE(line.find('\n') == std::string::npos);
  return json::parse(line).as_object();
}

}  // namespace

TEST_CASE("A log line has the fixed keys and then its fields") {
  auto line = ParsedLine({"r-1", "0af7"}, {{"payment_id", "p1"},
                                           {"amount_cents", int64_t{9000}},
                                           {"retried", false},
                                           {"seconds", 0.5}});
  CHECK(line["ts"] == "2026-11-24T12:00:00.000Z");
  CHECK(line["level"] == "info");
  CHECK(line["msg"] == "payment captured");
  CHECK(line["service"] == "payments");
  CHECK(line["request_id"] == "r-1");
  CHECK(line["trace_id"] == "0af7");
  CHECK(line["payment_id"] == "p1");
  CHECK(line["amount_cents"] == 9000);
  CHECK(line["retried"] == false);
  CHECK(line["seconds"] == 0.5);
}

TEST_CASE("A log field cannot break out of its string or its line") {
  std::string nasty = "a\"b\\c\n\r\t\x01\x7f{\"level\":\"error\"}\0z";
  nasty += '\0';
  auto line = ParsedLine({}, {{"value", nasty}});
  CHECK(json::value_to<std::string>(line["value"]) == nasty);
  CHECK(line["level"] == "info");
  CHECK_FALSE(line.contains("request_id"));
}

TEST_CASE("What must be escaped is found wherever it stands") {
  for (size_t length = 1; length <= 20; ++length) {
    for (size_t i = 0; i < length; ++i) {
      for (std::string special : {"\"", "\\", "\n", "\x1f", "\x7f", "é"}) {
        std::string text = std::string(i, 'a') + special + std::string(length - 1 - i, '~');
        auto line = ParsedLine({}, {{"value", text}});
        CHECK(json::value_to<std::string>(line["value"]) == text);
        std::string quoted;
        telemetry::AppendJsonString(quoted, text);
        CHECK(json::value_to<std::string>(json::parse(quoted)) == text);
      }
    }
  }
}

TEST_CASE("Durations are logged in milliseconds") {
  using std::chrono::nanoseconds;
  auto text = [](nanoseconds duration) {
    std::string line = telemetry::FormatLogLine("", Level::kInfo, "", {}, "", {{"ms", duration}});
    return line.substr(line.rfind(':') + 1);
  };
  CHECK(text(nanoseconds(1'042'999)) == "1.042}");
  CHECK(text(nanoseconds(999)) == "0.000}");
  CHECK(text(nanoseconds(-5'000'000)) == "0.000}");
  CHECK(text(std::chrono::hours(2)) == "7200000.000}");
}

TEST_CASE("Invalid UTF-8 is logged as replacement characters, valid UTF-8 as it is") {
  struct Case {
    const char* text;
    const char* expected;
  };
  auto c = GENERATE(values<Case>({
      {"Thérèse \xF0\x9F\x8D\x81", "Thérèse \xF0\x9F\x8D\x81"},
      {"\xC3", "\xEF\xBF\xBD"},                                  // cut off
      {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},                  // overlong
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // surrogate
      {"\xFFx", "\xEF\xBF\xBDx"},
  }));
  std::string out;
  telemetry::AppendJsonString(out, c.text);
  CHECK(out == "\"" + std::string(c.expected) + "\"");
}

TEST_CASE("Redacted values and numbers that JSON lacks are not printed") {
  std::string email = "person@example.ca";
  auto line =
      ParsedLine({}, {{"email", telemetry::Redacted<std::string>{email}}, {"ratio", std::nan("")}});
  CHECK(line["email"] == "***");
  CHECK(line["ratio"].is_null());
}

TEST_CASE("An unknown log level is refused") {
  CHECK_FALSE(telemetry::ConfigureLog("test", "loud"));
  CHECK(telemetry::ConfigureLog("test", "warning"));
  CHECK_FALSE(telemetry::LogEnabled(Level::kInfo));
  CHECK(telemetry::LogEnabled(Level::kError));
  CHECK(telemetry::ConfigureLog("test", "info"));
}

TEST_CASE("A valid traceparent is read and written back") {
  std::string header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  auto context = telemetry::ParseTraceparent(header);
  REQUIRE(context);
  CHECK(context->trace_id == "0af7651916cd43dd8448eb211c80319c");
  CHECK(context->span_id == "b7ad6b7169203331");
  CHECK(context->flags == 1);
  CHECK(telemetry::FormatTraceparent(*context) == header);
}

TEST_CASE("A traceparent of a later version is read by its first four fields") {
  std::string later = "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  CHECK(telemetry::ParseTraceparent(later));
  CHECK(telemetry::ParseTraceparent(later + "-more"));
  CHECK_FALSE(telemetry::ParseTraceparent(later + "more"));
}

TEST_CASE("A malformed traceparent is refused") {
  std::string header = GENERATE(
      "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
      "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",    // upper case
      "00-00000000000000000000000000000000-b7ad6b7169203331-01",    // zero trace
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",    // zero span
      "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",    // forbidden version
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",    // not hex
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",  // longer than version 00
      "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  CHECK_FALSE(telemetry::ParseTraceparent(header));
}

TEST_CASE("A child span stays in its trace and a new trace is its own") {
  auto parent = telemetry::NewTrace();
  auto child = telemetry::ChildOf(parent);
  CHECK(child.trace_id == parent.trace_id);
  CHECK(child.span_id != parent.span_id);
  CHECK(child.flags == parent.flags);
  CHECK(telemetry::ParseTraceparent(telemetry::FormatTraceparent(child)));
  CHECK(telemetry::NewTrace().trace_id != parent.trace_id);
  CHECK(telemetry::NewTrace(false).flags == 0);
}

TEST_CASE("A metric of the same name and labels is one metric") {
  prometheus::Registry registry;
  auto& first = telemetry::Counter(registry, "calls_total", "Calls.", {{"method", "Get"}});
  auto& again = telemetry::Counter(registry, "calls_total", "Calls.", {{"method", "Get"}});
  auto& other = telemetry::Counter(registry, "calls_total", "Calls.", {{"method", "List"}});
  first.Increment();
  again.Increment();
  CHECK(&first == &again);
  CHECK(other.Value() == 0);
  telemetry::DurationHistogram(registry, "call_seconds", "Time.").Observe(0.02);
  telemetry::SizeHistogram(registry, "batch_rows", "Rows.").Observe(5);
  std::string text = telemetry::SerializeMetrics(registry);
  CHECK_THAT(text, Catch::Contains("calls_total{method=\"Get\"} 2"));
  CHECK_THAT(text, Catch::Contains("call_seconds_bucket{le=\"0.01\"} 0"));
  CHECK_THAT(text, Catch::Contains("call_seconds_bucket{le=\"0.025\"} 1"));
  CHECK_THAT(text, Catch::Contains("batch_rows_bucket{le=\"16\"} 1"));
}

TEST_CASE("What is promised in seconds has a bucket of its own") {
  prometheus::Registry registry;
  telemetry::DurationHistogram(registry, "call_seconds", "Time.").Observe(0.3);
  telemetry::WaitHistogram(registry, "wait_seconds", "Time.").Observe(60);
  std::string text = telemetry::SerializeMetrics(registry);
  CHECK_THAT(text, Catch::Contains("call_seconds_bucket{le=\"0.25\"} 0"));
  CHECK_THAT(text, Catch::Contains("call_seconds_bucket{le=\"0.3\"} 1"));
  CHECK_THAT(text, Catch::Contains("call_seconds_bucket{le=\"0.8\"} 1"));
  CHECK_THAT(text, Catch::Contains("wait_seconds_bucket{le=\"15\"} 0"));
  CHECK_THAT(text, Catch::Contains("wait_seconds_bucket{le=\"60\"} 1"));
}

namespace {

double ProcessMetric(const std::string& name) {
  for (const auto& family : telemetry::ProcessMetrics()) {
    if (family.name != name) continue;
    const auto& metric = family.metric.at(0);
    return family.type == prometheus::MetricType::Counter ? metric.counter.value
                                                          : metric.gauge.value;
  }
  return -1;
}

}  // namespace

TEST_CASE("A process tells what it takes") {
  double files = ProcessMetric("process_open_fds");
  {
    std::ifstream one_more("/proc/self/stat");
    CHECK(ProcessMetric("process_open_fds") == files + 1);
  }
  CHECK(ProcessMetric("process_open_fds") == files);
  CHECK(ProcessMetric("process_max_fds") >= files);
  double now = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
  CHECK(ProcessMetric("process_start_time_seconds") < now + 1);
  CHECK(ProcessMetric("process_start_time_seconds") > now - 24 * 3600);

  double memory = ProcessMetric("process_resident_memory_bytes");
  constexpr size_t kBytes = 64 << 20;
  void* held = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  REQUIRE(held != MAP_FAILED);
  CHECK(ProcessMetric("process_resident_memory_bytes") > memory + 0.9 * kBytes);
  munmap(held, kBytes);

  double cpu = ProcessMetric("process_cpu_seconds_total");
  while (ProcessMetric("process_cpu_seconds_total") < cpu + 0.05) {
  }
}

TEST_CASE("A process tells what it was built from") {
  prometheus::Registry registry;
  const auto& build = tamarack::config::ThisBuild();
  CHECK_FALSE(build.commit.empty());
  CHECK_THAT(telemetry::SerializeMetrics(registry),
             Catch::Contains("tamarack_build_info{version=\"" + std::string(build.version) +
                             "\",commit=\"" + std::string(build.commit) + "\""));
}
