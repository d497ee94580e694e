#include "platform/telemetry/process.h"

#include "platform/config/build_info.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <string>
#include <system_error>

namespace tamarack::telemetry {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily Family(const char* name, const char* help, MetricType type, double value,
                    std::vector<ClientMetric::Label> labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  if (type == MetricType::Counter) metric.counter.value = value;
  if (type == MetricType::Gauge) metric.gauge.value = value;
  return {name, help, type, {std::move(metric)}};
}

MetricFamily BuildInfoFamily() {
  const config::BuildInfo& build = config::ThisBuild();
  return Family("tamarack_build_info", "What this process was built from; always 1",
                MetricType::Gauge, 1,
                {{"version", std::string(build.version)},
                 {"commit", std::string(build.commit)},
                 {"build_type", std::string(build.build_type)}});
}

// From proc(5): the fields of /proc/self/stat behind the program's name, which may hold anything.
struct Stat {
  double user_ticks = 0, system_ticks = 0, start_ticks = 0, resident_pages = 0;
};
Stat ReadStat() {
  std::ifstream file("/proc/self/stat");
  std::string line((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  Stat stat;
  std::string field;
  constexpr int kFirst = 3;  // state
  for (int number = kFirst; number <= 24 && fields >> field; ++number) {
    if (number == 14) stat.user_ticks = std::stod(field);
    if (number == 15) stat.system_ticks = std::stod(field);
    if (number == 22) stat.start_ticks = std::stod(field);
    if (number == 24) stat.resident_pages = std::stod(field);
  }
  return stat;
}

// When the machine started, in Unix seconds.
double BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string key; file >> key; file.ignore(std::numeric_limits<std::streamsize>::max(), '\n'))
    if (double seconds = 0; key == "btime" && file >> seconds) return seconds;
  return 0;
}

double OpenFiles() {
  std::error_code error;
  std::filesystem::directory_iterator files("/proc/self/fd", error);
  double count = -1;  // The one that looks.
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) ++count;
  return count;
}

double OpenFilesMax() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

std::vector<MetricFamily> ProcessMetrics() {
  const Stat stat = ReadStat();
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page_bytes = static_cast<double>(sysconf(_SC_PAGESIZE));
  return {
      BuildInfoFamily(),
      Family("process_cpu_seconds_total", "CPU time used, by user and system", MetricType::Counter,
             (stat.user_ticks + stat.system_ticks) / ticks),
      Family("process_resident_memory_bytes", "Memory held", MetricType::Gauge,
             stat.resident_pages * page_bytes),
      Family("process_open_fds", "Files open, connections too", MetricType::Gauge, OpenFiles()),
      Family("process_max_fds", "Files that may be open", MetricType::Gauge, OpenFilesMax()),
      Family("process_start_time_seconds", "When it started, in Unix seconds", MetricType::Gauge,
             BootTime() + stat.start_ticks / ticks),
  };
}

}  // namespace tamarack::telemetry
