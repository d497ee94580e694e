#include "platform/telemetry/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cmath>
#include <ctime>
#include <memory>
#include <mutex>

namespace tamarack::telemetry {
namespace {

struct Sink {
  std::mutex mutex;  // Guards the three that follow it.
  std::string service;
  std::string gathered;  // Lines, each but the last with its newline.
  std::function<void()> flush_soon;
  std::atomic<Level> level{Level::kInfo};
  spdlog::logger logger{"tamarack", std::make_shared<spdlog::sinks::stderr_sink_st>()};

  Sink() {
    logger.set_pattern("%v");
    logger.set_level(spdlog::level::trace);  // Log() has filtered already.
  }
  void Flush() {
    if (!gathered.empty()) logger.log(spdlog::level::info, gathered);
    gathered.clear();
  }
};

// Never destroyed, so that whatever runs at exit can still log.
Sink& TheSink() {
  static Sink* const sink = new Sink;
  return *sink;
}

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warning", "error"};

std::string Now() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  std::time_t seconds = ms / 1000;
  // Most lines are written in the same second as the one before.
  thread_local std::time_t formatted = -1;
  thread_local std::array<char, 32> text;
  thread_local size_t length = 0;
  if (seconds != formatted) {
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    formatted = seconds;
  }
  std::string millis = std::to_string(1000 + ms % 1000);
  return std::string(text.data(), length) + "." + millis.substr(1) + "Z";
}

// The length of the valid UTF-8 sequence at the front of `text`, or 0.
size_t Utf8Length(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  uint8_t lead = byte(0);
  size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ||
      (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) {
    return 0;
  }
  return length;
}

// Stands in JSON as it is.
bool IsPlain(char c) {
  return (c >= 0x20) & (c < 0x7F) & (c != '"') & (c != '\\');
}

// How many of the characters from `begin` on are plain.
size_t PlainLength(std::string_view text, size_t begin) {
  constexpr size_t kBlock = 16;  // Looked at at once.
  size_t end = begin;
  for (bool is_plain = true; end + kBlock <= text.size(); end += kBlock) {
    for (size_t i = 0; i < kBlock; ++i) is_plain &= IsPlain(text[end + i]);
    if (!is_plain) break;
  }
  while (end < text.size() && IsPlain(text[end])) ++end;
  return end - begin;
}

void AppendEscaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u00";
  out += kHex[static_cast<uint8_t>(c) >> 4];
  out += kHex[static_cast<uint8_t>(c) & 15];
}

void AppendValue(std::string& out, std::string_view text) {
  AppendJsonString(out, text);
}
void AppendValue(std::string& out, bool flag) {
  out += flag ? "true" : "false";
}
template <class Number>
void AppendValue(std::string& out, Number number) {
  if constexpr (std::floating_point<Number>) {
    if (!std::isfinite(number)) {  // JSON has no such number.
      out += "null";
      return;
    }
  }
  std::array<char, 32> text;
  out.append(text.data(), std::to_chars(text.begin(), text.end(), number).ptr);
}

void AppendField(std::string& out, std::string_view key, const Value& value) {
  if (out.back() != '{') out += ',';
  out.append(1, '"').append(key).append("\":");  // Keys are ours: nothing to escape.
  std::visit([&](auto plain) { AppendValue(out, plain); }, value.variant());
}

void AppendLogLine(std::string& out, std::string_view timestamp, Level level,
                   std::string_view service, const LogContext& context, std::string_view message,
                   Fields fields) {
  out += '{';
  AppendField(out, "ts", timestamp);
  AppendField(out, "level", kLevelNames[static_cast<size_t>(level)]);
  AppendField(out, "msg", message);
  AppendField(out, "service", service);
  if (!context.request_id.empty()) AppendField(out, "request_id", context.request_id);
  if (!context.trace_id.empty()) AppendField(out, "trace_id", context.trace_id);
  for (const Field& field : fields) AppendField(out, field.key, field.value);
  out += '}';
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  for (size_t i = 0; i < text.size();) {
    size_t plain = PlainLength(text, i);
    out.append(text, i, plain);
    i += plain;
    if (i == text.size()) break;
    if (static_cast<uint8_t>(text[i]) < 0x80) {
      AppendEscaped(out, text[i++]);
      continue;
    }
    size_t length = Utf8Length(text.substr(i));
    out += length ? text.substr(i, length) : std::string_view("\xEF\xBF\xBD");
    i += length ? length : 1;
  }
  out += '"';
}

std::string FormatLogLine(std::string_view timestamp, Level level, std::string_view service,
                          const LogContext& context, std::string_view message, Fields fields) {
  std::string line;
  AppendLogLine(line, timestamp, level, service, context, message, fields);
  return line;
}

bool ConfigureLog(std::string_view service, std::string_view level) {
  for (size_t i = 0; i < kLevelNames.size(); ++i) {
    if (level != kLevelNames[i]) continue;
    Sink& sink = TheSink();
    std::lock_guard lock(sink.mutex);
    sink.service = service;
    sink.level = static_cast<Level>(i);
    return true;
  }
  return false;
}

bool LogEnabled(Level level) {
  return level >= TheSink().level.load(std::memory_order_relaxed);
}

void Log(Level level, std::string_view message, Fields fields) {
  Log(level, {}, message, fields);
}

void Log(Level level, const LogContext& context, std::string_view message, Fields fields) {
  if (!LogEnabled(level)) return;
  Sink& sink = TheSink();
  std::lock_guard lock(sink.mutex);
  bool is_first = sink.gathered.empty();
  if (!is_first) sink.gathered += '\n';
  AppendLogLine(sink.gathered, Now(), level, sink.service, context, message, fields);
  bool may_wait = sink.flush_soon && level < Level::kWarning;
  if (!may_wait || sink.gathered.size() > kGatheredBytes) return sink.Flush();
  if (is_first) sink.flush_soon();
}

void GatherLog(std::function<void()> flush_soon) {
  Sink& sink = TheSink();
  std::lock_guard lock(sink.mutex);
  sink.Flush();
  sink.flush_soon = std::move(flush_soon);
}

void FlushLog() {
  Sink& sink = TheSink();
  std::lock_guard lock(sink.mutex);
  sink.Flush();
}

}  // namespace tamarack::telemetry
