#pragma once

// Redis as coroutines on the process's Asio loop (hiredis). For what may be lost: sessions,
// one-time codes, rate limits, replay caches, invalidation messages.
//
//   redis::Client redis(executor, absl::GetFlag(FLAGS_redis));  // "unix:/path" or "host:port"
//   CO_ASSIGN_OR_RETURN(auto reply, co_await redis.Command("SET", key, value, "EX", 60, "NX"));
//   if (reply.IsNil()) co_return absl::AlreadyExistsError("used");
//   CO_ASSIGN_OR_RETURN(auto code, co_await redis.Command("GETDEL", key));  // use once
//   if (!code.IsNil()) Use(code.Text());
//
//   constexpr redis::Script kTake{R"lua(return redis.call('INCRBY', KEYS[1], ARGV[1]))lua"};
//   CO_ASSIGN_OR_RETURN(auto count, co_await redis.Eval(kTake, {key}, {"1"}));  // atomic
//
//   redis.Subscribe("identity:revoked", [](std::string_view message) { Forget(message); });
//
// - One pipelined connection for commands, a second one for subscriptions; one thread, no locks.
// - A lost connection is opened again by the next command, with a back-off after failures; until
//   then commands fail at once with UNAVAILABLE. A connection that ends before it gave an answer is
//   a failure too. A command that was under way when the connection broke also gets UNAVAILABLE: it
//   may have run.
// - A command with no answer within `command_timeout` gets DEADLINE_EXCEEDED and the connection is
//   dropped, because replies come in order and the others behind it are stuck too.
// - A caller's cancellation does not end the wait for an answer; `command_timeout` does.
// - Each connection begins with AUTH where a password file is given. The file is read each time, so
//   that a new password takes no restart; a refused one is logged and tried again with the
//   back-off.
// - Error replies: READONLY, LOADING, BUSY… and NOAUTH, WRONGPASS, NOPERM (we are refused, not our
//   caller) UNAVAILABLE; OOM RESOURCE_EXHAUSTED; WRONGTYPE FAILED_PRECONDITION; the rest INTERNAL,
//   with Redis' text.
// - Subscriptions return after a reconnect; what was published in between is lost: on_reconnect
//   is where a cache that depends on messages must be emptied.

#include "platform/base/status.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tamarack::redis {

// One answer: nil, an integer, text, or an array of answers. Errors never get this far, except as
// elements of an array (EXEC), where they read as text.
class Reply {
 public:
  Reply() = default;
  explicit Reply(int64_t number) : kind_(Kind::kInt), number_(number) {}
  explicit Reply(std::string text) : kind_(Kind::kText), text_(std::move(text)) {}
  explicit Reply(std::vector<Reply> items) : kind_(Kind::kArray), items_(std::move(items)) {}

  bool IsNil() const { return kind_ == Kind::kNil; }
  // An integer reply, or a text reply that reads as one; else 0.
  int64_t Int() const;
  // "" unless the reply is text.
  const std::string& Text() const { return text_; }
  const std::vector<Reply>& Items() const { return items_; }

 private:
  enum class Kind { kNil, kInt, kText, kArray };
  Kind kind_ = Kind::kNil;
  int64_t number_ = 0;
  std::string text_;
  std::vector<Reply> items_;
};

// A Lua script; declare it constexpr. Sent by its SHA-1, in full only when Redis does not know it.
struct Script {
  const char* text;
};

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{1000};
  std::chrono::milliseconds command_timeout{2000};
  std::chrono::milliseconds backoff_min{50};
  std::chrono::milliseconds backoff_max{2000};
  int pending_max = 10000;         // commands without an answer yet; then RESOURCE_EXHAUSTED
  std::string username = {};       // for AUTH; empty: Redis' default user
  std::string password_file = {};  // empty: no AUTH
};

class Client {
 public:
  Client(boost::asio::any_io_executor executor, std::string address, ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;

  // Sends one command: Command("SET", key, value, "PX", 5000) or Command({"DEL", a, b}).
  Async<Reply> Command(std::vector<std::string> args);
  template <class... A>
  Async<Reply> Command(std::string_view name, const A&... args) {
    return Command(std::vector<std::string>{std::string(name), Argument(args)...});
  }

  // For /readyz: OK when it answers.
  AsyncStatus Ping();

  Async<Reply> Eval(const Script& script, std::vector<std::string> keys,
                    std::vector<std::string> args = {});

  // Calls back for every message on the channel, until the client is destroyed. Connects by itself
  // and again after a loss; `on_reconnect` (may be empty) runs each time the subscription is back.
  void Subscribe(std::string channel, std::function<void(std::string_view)> on_message,
                 std::function<void()> on_reconnect = {});

 private:
  static std::string Argument(std::string_view text) { return std::string(text); }
  template <std::integral N>
  static std::string Argument(N number) {
    return std::to_string(number);
  }

  std::shared_ptr<class Commands> commands_;
  std::shared_ptr<class Subscriber> subscriber_;
  std::map<const char*, std::string> digests_;  // By a script's text, which is a literal.
};

}  // namespace tamarack::redis
