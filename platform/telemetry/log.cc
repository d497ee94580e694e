#include "platform/telemetry/log.h"

#include <absl/strings/str_cat.h>
#include <poll.h>
#include <unicode/utf8.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>
#include <thread>
#include <utility>

namespace tamarack::telemetry {
namespace {

// Wakes the writer before its time.
constexpr size_t kManyBytes = 256 << 10;
constexpr std::chrono::milliseconds kGatherTime{20};
constexpr std::chrono::seconds kFlushTime{1};

struct Sink {
  std::mutex mutex;  // Guards what follows it, up to the level.
  std::string service;
  std::string gathered;  // Lines for the writer.
  bool has_writer = false;
  bool is_urgent = false;   // The writer is not to wait for more.
  bool is_writing = false;  // It has taken lines that are not written yet.
  uint64_t untold = 0;      // Lines dropped that no line has told of.
  std::condition_variable for_writer, for_flush;
  std::atomic<Level> level{Level::kInfo};
  std::atomic<uint64_t> dropped{0};
};

// Never destroyed, so that whatever runs at exit can still log.
Sink& TheSink() {
  static Sink* const sink = new Sink;
  return *sink;
}

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warning", "error"};

// Several lines are written for every request, so they are written as bytes into room that is
// measured first. Each Write puts something at `to` and returns where it ends.
char* Write(char* to, std::string_view text) {
  return to + text.copy(to, text.size());
}

// `.042`
char* WriteThousandths(char* to, int64_t number) {
  for (char* digit = to + 3; digit > to; number /= 10)
    *digit-- = static_cast<char>('0' + number % 10);
  *to = '.';
  return to + 4;
}

// Until the thread's next call.
std::string_view Now() {
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
  char* end = WriteThousandths(text.data() + length, ms % 1000);
  *end++ = 'Z';
  return {text.data(), end};
}

// The length of the valid UTF-8 sequence at the front of `text`, or 0.
size_t Utf8Length(std::string_view text) {
  std::string_view first = text.substr(0, 4);
  int32_t end = 0, size = static_cast<int32_t>(first.size()), character = 0;
  U8_NEXT(first.data(), end, size, character);
  return character < 0 ? 0 : static_cast<size_t>(end);
}

// The bytes of a word that do not stand in JSON as they are: from the lowest such byte on, its
// highest bit is set; below it nothing is.
uint64_t Special(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101'0101'0101'0101, kHighs = kOnes << 7;
  auto below = [&](uint64_t bytes, uint64_t limit) {
    return (bytes - kOnes * limit) & ~bytes & kHighs;
  };
  auto equal = [&](char c) { return below(word ^ (kOnes * static_cast<uint8_t>(c)), 1); };
  return (word & kHighs) | below(word, 0x20) | equal('"') | equal('\\') | equal('\x7F');
}

// How many of the first characters stand in JSON as they are.
size_t PlainLength(std::string_view text) {
  static_assert(std::endian::native == std::endian::little);
  size_t begin = 0;
  uint64_t word = 0;
  for (; begin + sizeof(word) <= text.size(); begin += sizeof(word)) {
    std::memcpy(&word, text.data() + begin, sizeof(word));
    if (uint64_t special = Special(word)) return begin + std::countr_zero(special) / 8;
  }
  // Above what is left stand zeros, which are special.
  size_t left = text.size() - begin;
  word = 0;
  for (size_t i = 0; i < left; ++i)
    word |= uint64_t{static_cast<uint8_t>(text[begin + i])} << (8 * i);
  return begin + std::countr_zero(Special(word)) / 8;
}

constexpr size_t kEscapeSizeMax = 6;  // \u001f

char* WriteEscaped(char* to, char c) {
  switch (c) {
    case '"':
      return Write(to, "\\\"");
    case '\\':
      return Write(to, "\\\\");
    case '\n':
      return Write(to, "\\n");
    case '\r':
      return Write(to, "\\r");
    case '\t':
      return Write(to, "\\t");
    default:
      break;
  }
  return Write(to, absl::StrCat("\\u00", absl::Hex(static_cast<uint8_t>(c), absl::kZeroPad2)));
}

// Writes the first character of `text`, which is not plain, and takes it off.
char* WriteSpecial(char* to, std::string_view& text) {
  size_t length = Utf8Length(text);
  if (static_cast<uint8_t>(text[0]) < 0x80) {
    to = WriteEscaped(to, text[0]);
  } else {
    to = Write(to, length > 0 ? text.substr(0, length) : std::string_view("\xEF\xBF\xBD"));
  }
  text.remove_prefix(std::max<size_t>(1, length));
  return to;
}

// Gives `append` the text as it stands between the quotes of a JSON string, piece by piece.
template <class Append>
void Escape(std::string_view text, Append append) {
  while (true) {
    size_t plain = PlainLength(text);
    append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    std::array<char, kEscapeSizeMax> special;
    append(std::string_view(special.data(), WriteSpecial(special.data(), text)));
  }
}

constexpr size_t kNumberSizeMax = 32;

char* WriteValue(char* to, std::string_view text) {
  *to++ = '"';
  Escape(text, [&](std::string_view piece) { to = Write(to, piece); });
  *to++ = '"';
  return to;
}
char* WriteValue(char* to, bool flag) {
  return Write(to, flag ? "true" : "false");
}
char* WriteValue(char* to, std::chrono::microseconds duration) {
  int64_t micros = std::max<int64_t>(0, duration.count());
  return WriteThousandths(std::to_chars(to, to + kNumberSizeMax, micros / 1000).ptr, micros % 1000);
}
template <class Number>
char* WriteValue(char* to, Number number) {
  if constexpr (std::floating_point<Number>) {
    if (!std::isfinite(number)) return Write(to, "null");  // JSON has no such number.
  }
  return std::to_chars(to, to + kNumberSizeMax, number).ptr;
}

// With the comma after it.
char* WriteField(char* to, std::string_view key, const Value& value) {
  *to++ = '"';
  to = Write(to, key);  // Keys are ours: nothing to escape.
  to = Write(to, "\":");
  to = std::visit([&](auto plain) { return WriteValue(to, plain); }, value.variant());
  *to++ = ',';
  return to;
}

size_t FieldSizeMax(std::string_view key, const Value& value) {
  const auto* text = std::get_if<std::string_view>(&value.variant());
  return key.size() + 6 + (text != nullptr ? kEscapeSizeMax * text->size() : kNumberSizeMax);
}

void AppendLogLine(std::string& out, std::string_view timestamp, Level level,
                   std::string_view service, const LogContext& context, std::string_view message,
                   Fields fields) {
  auto for_each = [&](auto visit) {
    visit("ts", timestamp);
    visit("level", kLevelNames[static_cast<size_t>(level)]);
    visit("msg", message);
    visit("service", service);
    if (!context.request_id.empty()) visit("request_id", context.request_id);
    if (!context.trace_id.empty()) visit("trace_id", context.trace_id);
    for (const Field& field : fields) visit(field.key, field.value);
  };
  size_t begin = out.size(), size_max = 2;
  for_each([&](std::string_view key, const Value& value) { size_max += FieldSizeMax(key, value); });
  out.resize(begin + size_max);
  char* end = out.data() + begin;
  *end++ = '{';
  for_each([&](std::string_view key, const Value& value) { end = WriteField(end, key, value); });
  end[-1] = '}';  // Instead of the last comma.
  out.resize(end - out.data());
}

// Returns how many of the lines could not be written.
uint64_t Write(std::string_view lines) {
  while (!lines.empty()) {
    ssize_t written = ::write(STDERR_FILENO, lines.data(), lines.size());
    if (written >= 0) {
      lines.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {  // Somebody who shares stderr does not want to wait.
      pollfd room{STDERR_FILENO, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      break;
    }
  }
  return static_cast<uint64_t>(std::ranges::count(lines, '\n'));
}

void Drop(Sink& sink, uint64_t lines) {
  sink.untold += lines;
  sink.dropped += lines;
}

[[noreturn]] void WriteGathered(Sink& sink) {
  std::string lines;
  std::unique_lock lock(sink.mutex);
  for (;;) {
    sink.for_writer.wait(lock, [&] { return !sink.gathered.empty(); });
    sink.for_writer.wait_for(lock, kGatherTime, [&] { return sink.is_urgent; });
    sink.is_urgent = false;
    sink.is_writing = true;
    if (uint64_t count = std::exchange(sink.untold, 0)) {
      AppendLogLine(sink.gathered, Now(), Level::kWarning, sink.service, {}, "log lines dropped",
                    {{"lines", count}});
      sink.gathered += '\n';
    }
    lines.swap(sink.gathered);
    lock.unlock();
    uint64_t lost = Write(lines);
    lines.clear();
    lock.lock();
    Drop(sink, lost);
    sink.is_writing = false;
    sink.for_flush.notify_all();
  }
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  Escape(text, [&](std::string_view piece) { out += piece; });
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
  std::unique_lock lock(sink.mutex);
  if (sink.gathered.size() >= kGatheredBytesMax) return Drop(sink, 1);
  bool is_first = sink.gathered.empty();
  AppendLogLine(sink.gathered, Now(), level, sink.service, context, message, fields);
  sink.gathered += '\n';
  if (!sink.has_writer) {
    Drop(sink, Write(sink.gathered));
    return sink.gathered.clear();
  }
  bool is_urgent = level >= Level::kWarning || sink.gathered.size() >= kManyBytes;
  bool wakes = is_first || (is_urgent && !sink.is_urgent);
  sink.is_urgent = sink.is_urgent || is_urgent;
  lock.unlock();
  if (wakes) sink.for_writer.notify_one();
}

void WriteLogAside() {
  Sink& sink = TheSink();
  std::lock_guard lock(sink.mutex);
  if (std::exchange(sink.has_writer, true)) return;
  // Nobody waits for it: it may wait for a reader when all else has ended.
  std::thread([&sink] { WriteGathered(sink); }).detach();
  std::atexit(FlushLog);
}

void FlushLog() {
  Sink& sink = TheSink();
  std::unique_lock lock(sink.mutex);
  if (!sink.has_writer) return;
  sink.is_urgent = true;
  sink.for_writer.notify_one();
  sink.for_flush.wait_for(lock, kFlushTime,
                          [&] { return sink.gathered.empty() && !sink.is_writing; });
}

uint64_t DroppedLogLines() {
  return TheSink().dropped;
}

}  // namespace tamarack::telemetry
